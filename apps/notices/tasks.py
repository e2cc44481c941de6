from celery import shared_task

from apps.notices.services import events


@shared_task(name="notices.fan_out")
def fan_out() -> None:
    """The outbox into the inboxes: after every act, and every minute in case an act's own call was lost."""
    events.fan_out()
