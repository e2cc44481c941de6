"""The next due days of the year, for whoever reports and for whoever waits for the reports."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, Q

from apps.core.lifecycle.enums import State
from apps.organizations.enums import Kind
from apps.organizations.grants import grants_of
from apps.organizations.models import Organization
from apps.years import registry
from apps.years.enums import Answer
from apps.years.models import Window

MOST = 4


@dataclass(frozen=True)
class DueDay:
    """A day by which something is to be handed in; for one unit it may be a later day, and may be done with."""

    on: date
    label: str
    url: str
    is_extended: bool = False
    is_done: bool = False


def due_days(*, user: Any, own: Organization | None, today: date) -> list[DueDay]:
    """The next first. A reporting unit sees its own days, extensions included."""
    kinds = [kind for kind in registry.kinds() if f"{kind.key}.view" in grants_of(user)]
    if not kinds or own is None:
        return []
    unit = own if own.kind == Kind.COUNTY else None
    windows = Window.objects.running().filter(kind__in=[kind.key for kind in kinds])
    mine = Q(extensions__organization=unit, extensions__answer=Answer.GRANTED)
    windows = windows.asked_of(unit).annotate(longer=Max("extensions__until", filter=mine)) if unit else windows
    coming = Q(due_on__gte=today) | Q(longer__gte=today) if unit else Q(due_on__gte=today)
    found = list(windows.filter(coming).order_by("due_on", "kind"))
    done = _handed_in(found, unit, user)
    days = [_day(window, window in done, today) for window in found]
    return sorted(days, key=lambda day: (day.on, day.label))[:MOST]


def _handed_in(windows: list[Window], unit: Organization | None, user: Any) -> set[Window]:
    if unit is None:
        return set()
    done = set()
    for kind in registry.kinds():
        if own := {window.pk: window for window in windows if window.kind == kind.key}:
            reports = kind.reports.objects.visible_to(user).filter(organization=unit, window__in=own)
            done |= {own[key] for key in reports.filter(state__in=[State.SUBMITTED, State.APPROVED]).values_list("window", flat=True)}
    return done


def _day(window: Window, is_done: bool, today: date) -> DueDay:
    granted = getattr(window, "longer", None)
    longer = granted if granted and window.due_on < today else None
    url = f"{registry.kind(window.kind).list_url}?year={window.year}"
    return DueDay(longer or window.due_on, window.label, url, longer is not None, is_done)
