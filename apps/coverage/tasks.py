from celery import shared_task

from apps.coverage.services import figures


@shared_task(name="coverage.recompute")
def recompute() -> None:
    """Every open year, anew: every night, and when somebody asks for it."""
    figures.recompute()
