from celery import shared_task

from apps.accounts.services import sessions


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    """Sweep away the sessions that have ended by themselves."""
    sessions.clear_expired()
