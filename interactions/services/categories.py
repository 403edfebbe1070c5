"""Categories of a region."""

from django.db import transaction

from interactions.models import Category
from regions.context import run_in_region


def copy_categories(*, source: str, target: str) -> None:
    """Give a region another one's categories, with their names, priorities and restrictions.

    Raises:
        RegionUnknown: one of them does not exist.
    """
    rows = run_in_region(source, _read)
    run_in_region(target, _write, rows)


def _read() -> list[Category]:
    return list(Category.objects.all())


@transaction.atomic(durable=True)
def _write(rows: list[Category]) -> None:
    names = [field.name for field in Category._meta.fields if not field.primary_key]  # noqa: SLF001
    Category.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=names
    )
