from celery import shared_task

from apps.jobs import running


@shared_task(name="jobs.run", soft_time_limit=running.LIMIT)
def run(key: int) -> None:
    """One job; where it was run before, nothing happens."""
    running.run(key)


@shared_task(name="jobs.tend")
def tend() -> None:
    """Jobs that nobody has heard of, and results that are kept no longer."""
    running.tend()
