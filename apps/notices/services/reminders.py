"""Reminders of what is due: 14, 7, 3 and 1 days before, on the day, and while it is overdue; each once, the database sees to it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.core import scope
from apps.notices import registry
from apps.notices.enums import DATED, Kind
from apps.notices.models import Event
from apps.notices.registry import Deadline
from apps.notices.services import tell


def remind_of_due() -> int:
    """Tell what must be told today and has not been; returns how many reminders that were.

    After a pause only the last step is made up for, in the words of today: nobody learns on the third day that a week is left.
    """
    now = timezone.now()
    if timezone.localtime(now).hour < settings.NOTICES_REMIND_HOUR:
        return 0
    today = timezone.localdate(now)
    with scope.opened(scope.EVERYTHING):
        steps = [(each, step) for each in registry.deadlines(today) if (step := step_on(today, each)) is not None]
        keys = [_key(*each) for each in steps]
        known = set(Event.objects.filter(key__in=keys).values_list("key", flat=True))
        new = [each for each, key in zip(steps, keys, strict=True) if key not in known]
        for deadline, step in new:
            _tell(deadline, step, today)
    return len(new)


def step_on(today: date, deadline: Deadline) -> int | None:
    """The step reached last, in days left (overdue: negative); None before the first, or where it lies before `since`."""
    left = (last_day(deadline.due) - today).days
    if left < 0:
        step = -1 - (-1 - left) // settings.NOTICES_OVERDUE_DAYS * settings.NOTICES_OVERDUE_DAYS
    else:
        reached = [step for step in settings.NOTICES_DUE_DAYS if step >= left]
        if not reached:
            return None
        step = min(reached)
    day = last_day(deadline.due) - timedelta(days=step)
    return None if deadline.since and day < deadline.since else step


def last_day(due: datetime) -> date:
    """The day on which it is due in Jiaxing; midnight is the end of the day before."""
    return timezone.localdate(due - timedelta(microseconds=1))


def _key(deadline: Deadline, step: int) -> str:
    return f"{deadline.key}.{deadline.organization.pk}.due.{step}"


def _tell(deadline: Deadline, step: int, today: date) -> None:
    left = (last_day(deadline.due) - today).days
    end = timezone.make_aware(datetime.combine(today, time.max))
    tell(
        kind=Kind.OVERDUE if left < 0 else Kind.DUE,
        to=deadline.to,
        organization=deadline.organization,
        title=_title(deadline.title, left),
        text=deadline.text,
        url=deadline.url,
        key=_key(deadline, step),
        due=deadline.due,
        until=end,
    )


def _title(what: str, left: int) -> str:
    if left < 0:
        return f"{what}已逾期 {-left} 天，请尽快上报"
    return f"{what}今天截止，请按时上报" if left == 0 else f"{what}还有 {left} 天截止"


def drop_done(*lines: Any) -> None:
    """Of what is about to go out: nobody is reminded of what they have done meanwhile."""
    waiting = [rows.filter(kind__in=DATED) for rows in lines]
    events = {key for rows in waiting for key in rows.values_list("event", flat=True)}
    if not events:
        return
    owed = {f"{each.key}.{each.organization.pk}" for each in registry.deadlines(timezone.localdate())}
    done = [pk for pk, key in Event.objects.filter(pk__in=events).values_list("pk", "key") if key.rpartition(".due.")[0] not in owed]
    for rows in waiting:
        rows.filter(event__in=done).update(send_at=None)
