"""When each kind of report is taken in a year."""

from datetime import date
from typing import Any

from django.db import transaction

from apps.core import seen as seen_rows
from apps.core import turns
from apps.years import registry
from apps.years.models import Window

DAYS = ("opens_on", "due_on", "closes_on")


@transaction.atomic
def set_days(*, year: int, kind: str, opens_on: date, due_on: date, closes_on: date, by: Any, seen: str | None = None) -> Window:
    """Take a kind of report for a year, or change when; the days are in order or the database refuses.

    Raises Conflict when the days are no longer what was `seen`; None is for who had nothing to see.
    """
    turns.take("years.window")  # of two who open the same year, the second is told
    window = Window.objects.filter(year=year, kind=kind).first() or Window.proposed(kind, year)
    if seen is not None:
        seen_rows.check(window, DAYS, seen)
    window.opens_on, window.due_on, window.closes_on = opens_on, due_on, closes_on
    window.full_clean(validate_unique=False, validate_constraints=True)
    window.save()
    registry.kind(kind).begin(window)
    return window
