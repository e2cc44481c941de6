"""What the units still owe of the year, for the reminders."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.utils import timezone

from apps.notices.registry import Deadline, source
from apps.organizations.models import Organization
from apps.years import selectors
from apps.years.models import Extension, Window
from apps.years.registry import kind as kind_of


@source
def reports(day: date) -> Iterator[Deadline]:
    """Each unit that must report and has not, while it can; where it was granted more time, by that day."""
    for window in Window.objects.running().begun_by(day):
        longer = Extension.objects.latest_grants(window)
        for unit in selectors.owing(window=window):
            until = longer.get(unit.pk)
            if window.closes_on >= day:
                yield _within(window, unit, day)
            elif until and until >= day:
                yield _longer(window, unit, until)


def _within(window: Window, unit: Organization, day: date) -> Deadline:
    if day <= window.due_on:
        text = f"请在 {window.due_on:%Y-%m-%d} 24 时前上报市少工委办公室。"
    else:
        text = f"{window.closes_on:%Y-%m-%d} 24 时前仍可上报，按逾期记录。"
    key = f"{window.kind}.{window.year}.{window.due_on:%Y%m%d}"  # a due day that was moved is reminded of anew
    return Deadline(key, unit, f"{window.kind}.edit", window.label, window.due_at, text, kind_of(window.kind).list_url, window.opens_on)


def _longer(window: Window, unit: Organization, until: date) -> Deadline:
    end, key = timezone.make_aware(datetime.combine(until, time.max)), f"{window.kind}.{window.year}.extension.{until:%Y%m%d}"
    text = f"已批准延至 {until:%Y-%m-%d} 24 时，到期自动关闭。"
    return Deadline(key, unit, f"{window.kind}.edit", window.label, end, text, kind_of(window.kind).list_url)
