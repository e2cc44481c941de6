"""When each kind of report is taken in a year."""

from datetime import date
from typing import Any

from django.db import transaction

from apps.core import turns
from apps.core.errors import DomainError
from apps.years import registry
from apps.years.models import Window


@transaction.atomic
def set_days(*, year: int, kind: str, opens_on: date, due_on: date, closes_on: date, by: Any, needs_sign_off: bool | None = None) -> Window:
    """Take a kind of report for a year, or change when; the days are in order or the database refuses."""
    turns.take("years.window")
    window = Window.objects.filter(year=year, kind=kind).first() or Window(year=year, kind=kind)
    if window.closed_at:
        raise DomainError(f"{year}年度已关闭，设置不再变动。")
    window.opens_on, window.due_on, window.closes_on = opens_on, due_on, closes_on
    if needs_sign_off is not None:
        window.needs_sign_off = needs_sign_off
    window.full_clean(validate_unique=False, validate_constraints=True)
    window.save()
    registry.kind(kind).begin(window)
    return window
