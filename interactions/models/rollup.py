"""What changes in the national figures, until it is summed into them."""

from django.db import models


class RollupDelta(models.Model):
    """So many more (or fewer) of a figure in an hour; written with the change that causes it."""

    hour = models.DateTimeField()
    figure = models.CharField(max_length=60)
    detail = models.CharField(max_length=60, default="", blank=True)
    change = models.BigIntegerField()
