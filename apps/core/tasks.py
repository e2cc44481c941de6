from celery import shared_task

from apps.core import once


@shared_task(name="core.forget_submissions")
def forget_submissions() -> int:
    """Drop the record of forms that nobody will send again."""
    return once.forget_old()
