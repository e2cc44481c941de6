"""The Celery application and every schedule."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaxing_pioneers.settings")

app = Celery("jiaxing_pioneers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "sessions-hourly": {"task": "accounts.clear_sessions", "schedule": crontab(minute=10)},
    "core-forget-submissions": {"task": "core.forget_submissions", "schedule": crontab(hour=4, minute=0)},
    "coverage-nightly": {"task": "coverage.recompute", "schedule": crontab(hour=3, minute=0)},
}
