from celery import shared_task

from apps.notices.services import deliveries, events, reminders


@shared_task(name="notices.fan_out")
def fan_out() -> None:
    """The outbox into the inboxes: after every act, and every minute in case an act's own call was lost."""
    if events.fan_out():
        send.delay()


@shared_task(name="notices.send")
def send() -> None:
    """What is due by mail and to groups; apart from the inboxes, which do not wait for a slow server."""
    deliveries.send()


@shared_task(name="notices.remind")
def remind() -> None:
    """What is due from whom: every quarter of an hour, so that a pause of the schedule is made up for."""
    reminders.remind_of_due()
