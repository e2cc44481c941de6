"""Keeping the figures right: settled before they are read, counted anew every night and on demand, frozen when a year closes."""

import logging
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.core import scope, turns
from apps.core.errors import DomainError
from apps.coverage.models import Exemption, Year
from apps.coverage.registry import indicators
from apps.coverage.services import counting
from apps.coverage.triggers import EVERYTHING, TREE

log = logging.getLogger(__name__)

Changes = Mapping[tuple[str, str], list[int]]  # source table and kind → the organizations it touched


def settle(*, today: date | None = None) -> None:
    """Make the figures right for whoever reads them next. Cheap when nothing was written since.

    A change anywhere may reach a figure that the reader sees, and the figures above belong to others: so the engine, not the reader, opens
    everything for these few statements. Readers take turns from the first note to the end of their transaction; one who waited finds
    nothing left to do.
    """
    today = today or timezone.localdate()
    with scope.opened(scope.EVERYTHING):
        if _is_behind(today):
            _catch_up(today)


def recompute(*, today: date | None = None) -> dict[int, int]:
    """Count every open year anew, whatever the notes say. Answers per year how many rows differed from the settled figures (drift).

    Safe to run twice or to be killed: it is one transaction, and two never run at once.
    """
    today = today or timezone.localdate()
    with scope.opened(scope.EVERYTHING):
        return {year.pk: year.drift for year in _catch_up(today, anew=lambda year: True)}


def close(*, year: Year, by: Any, today: date | None = None) -> Year:
    """Freeze a year that is over, as its last day left it; the database refuses changes from then on."""
    today = today or timezone.localdate()
    if today.year <= year.pk:
        raise DomainError(f"{year}尚未结束，{year.pk + 1}年1月1日起可以关闭。")
    with scope.opened(scope.EVERYTHING):
        stored = next((each for each in _catch_up(today, anew=lambda each: each == year) if each == year), None)
        if stored is None:
            raise DomainError(f"{year}已经关闭。")
        stored.closed_at = timezone.now()
        stored.save(update_fields=["closed_at"])
        return stored


def _is_behind(today: date) -> bool:
    """Was anything written, or did a day or a year begin, since the figures were counted?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM coverage_change) OR NOT EXISTS (SELECT FROM coverage_year WHERE year = %s) OR EXISTS (SELECT FROM "
            "coverage_year WHERE closed_at IS NULL AND computed_on IS DISTINCT FROM least(%s, make_date(year, 12, 31)))",
            [today.year, today],
        )
        return cursor.fetchone()[0]


def _catch_up(today: date, anew: Callable[[Year], bool] = lambda year: False) -> list[Year]:
    """Bring every open year to the present; fully where `anew` says so or a day has begun, else by what the notes name."""
    turns.take("coverage.figures")  # two who apply the same change would both add it
    changes, years = _take(), list(Year.objects.open())
    if all(year.pk != today.year for year in years):
        years.append(Year.objects.create(pk=today.year))  # the present one is never closed
    for year in years:
        if any(source == EVERYTHING for source, _ in changes):
            year.computed_on = None  # nobody said what the figures should be by now, so nothing can have drifted from it
        if year.computed_on is not None and year.computed_on == year.day(today) and not anew(year):
            _count_changes(year, year.computed_on, changes)
        else:
            _count_anew(year, today, changes)
    return years


def _take() -> Changes:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (DELETE FROM coverage_change RETURNING source, organization_id) "
            "SELECT source, kind, array_agg(DISTINCT o.id) FROM taken "
            "JOIN organizations_organization o ON o.id = organization_id GROUP BY source, kind"
        )
        return {(source, kind): organizations for source, kind, organizations in cursor.fetchall()}


def _count_changes(year: Year, day: date, changes: Changes) -> None:
    """Count the touched organizations, for the indicators that read what was touched and count organizations of their kind."""
    for indicator in indicators():
        tables = {Exemption._meta.db_table, *(source._meta.db_table for source in indicator.sources)}
        touched = {
            organization
            for (source, kind), organizations in changes.items()
            if source == TREE or (source in tables and kind == indicator.level)  # in the tree a kind itself may have changed
            for organization in organizations
        }
        if touched:
            counting.changed(indicator, year=year.pk, day=day, organizations=sorted(touched))


def _count_anew(year: Year, today: date, changes: Changes) -> None:
    """First as of the day the figures speak of, where any difference is drift; then as of the new day."""
    drift, day = 0, year.day(today)
    if year.computed_on is not None:
        _count_changes(year, year.computed_on, changes)
        drift = _all_anew(year, year.computed_on)
        if drift:
            log.warning("coverage %s: %s rows differed from a full count as of %s and were put right", year.pk, drift, year.computed_on)
    if year.computed_on != day:
        _all_anew(year, day)
    year.computed_on, year.computed_at, year.drift = day, timezone.now(), drift
    year.save(update_fields=["computed_on", "computed_at", "drift"])


def _all_anew(year: Year, day: date) -> int:
    return sum(counting.anew(indicator, year=year.pk, day=day) for indicator in indicators())
