"""The Celery application and every schedule."""

import os
from functools import partial
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.schedules import crontab
from django.db import transaction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaxing_pioneers.settings")


class SignedTask(DjangoTask):
    """What a task writes is signed with its name, and with whoever asked for it: they travel along in the message's headers."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from apps.audit import services

        asked = (self.request.headers or {}).get("history") or {"name": "定时任务"}
        with services.signed(**{**asked, "task": self.name}):
            return super().__call__(*args, **kwargs)

    def apply_async(self, *args: Any, headers: dict[str, Any] | None = None, **options: Any) -> Any:
        return super().apply_async(*args, headers={**_asked(), **(headers or {})}, **options)

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:
        self.apply_async_on_commit(args, kwargs)

    def apply_async_on_commit(self, *args: Any, headers: dict[str, Any] | None = None, **options: Any) -> None:
        """When the transaction commits, the request is no longer known who made it."""
        transaction.on_commit(partial(self.apply_async, *args, headers={**_asked(), **(headers or {})}, **options))


def _asked() -> dict[str, Any]:
    from apps.audit import services

    history = services.context()
    return {"history": history} if history else {}


app = Celery("jiaxing_pioneers", task_cls=SignedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "sessions-hourly": {"task": "accounts.clear_sessions", "schedule": crontab(minute=10)},
    "core-forget-submissions": {"task": "core.forget_submissions", "schedule": crontab(hour=4, minute=0)},
    "coverage-nightly": {"task": "coverage.recompute", "schedule": crontab(hour=3, minute=0)},
    "notices-fan-out": {"task": "notices.fan_out", "schedule": crontab()},
    "notices-send": {"task": "notices.send", "schedule": crontab()},
    "notices-remind": {"task": "notices.remind", "schedule": crontab(minute="*/15")},
    "jobs-tend": {"task": "jobs.tend", "schedule": crontab(minute="*/5")},
    "audit-seal": {"task": "audit.seal", "schedule": crontab(minute="*/5")},
    "audit-verify": {"task": "audit.verify", "schedule": crontab(hour=4, minute=0)},
}
