"""Celery: wakes up what waits in tables; the tables are the queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portal110")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
