"""Figures of any day, counted from the dated registers at the moment of asking; nothing is stored, so nothing can be stale."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from apps.coverage.models import Exemption
from apps.coverage.questions import listed
from apps.coverage.registry import Indicator
from apps.coverage.selectors import Ratio
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization


@dataclass(frozen=True)
class DayRow:
    """One node right below, on that day."""

    node: Organization
    ratio: Ratio


def over(*, indicator: Indicator, node: Organization, days: Sequence[date]) -> list[Ratio]:
    """How many of how many below a node on each of these days; one statement."""
    counts, params = [], []
    for number, day in enumerate(days):
        rows, values = listed(indicator, day, within=node.path)
        counts.append(f"SELECT {number}, count(*) FILTER (WHERE covered), count(*) FROM ({rows}) listed")  # noqa: S608
        params += values
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts), params)
        found = {number: Ratio(covered, total) for number, covered, total in cursor.fetchall()}
    return [found[number] for number in range(len(days))]


def below(*, indicator: Indicator, node: Organization, day: date) -> list[DayRow]:
    """The same on one day for every node right below it, the node itself for what hangs directly on it."""
    rows, params = listed(indicator, day, within=node.path)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN nlevel(path) - 1 > nlevel(%s::ltree) THEN subpath(path, nlevel(%s::ltree), 1)::text::bigint ELSE %s END AS "  # noqa: S608
            f"child, count(*) FILTER (WHERE covered), count(*) FROM ({rows}) listed GROUP BY child",
            [node.path, node.path, node.pk, *params],
        )
        found = {child: Ratio(covered, total) for child, covered, total in cursor.fetchall()}
    return [DayRow(each, found[each.pk]) for each in Organization.objects.filter(pk__in=found).order_by("position", "code", "pk")]


def rows(*, indicator: Indicator, node: Organization, day: date, user: Any) -> QuerySet:
    """The organizations that are listed on a day, each with `covered`."""
    rule = indicator.rule(day)
    exempted = Exemption.objects.of(indicator.key).on(day).values("organization")
    found = Organization.objects.in_scope(scope_for(user, "coverage.view")).below(node)
    is_covered = Q(pk__in=rule.covered(day).values("organization_id"))
    covered = Case(When(is_covered, then=Value(True)), default=Value(False), output_field=BooleanField())
    return (
        found.filter(pk__in=rule.universe(day).values("organization_id"))
        .exclude(pk__in=exempted)
        .annotate(covered=covered)
        .select_related("parent", "county")
        .order_by("county__position", "parent__code", "code", "name", "pk")
    )


def month_ends(year: int, until: date) -> list[date]:
    """The last day of the year before, every month's that is over by then, and that day itself."""
    ends = (date(year, month, monthrange(year, month)[1]) for month in range(1, 13))
    return sorted({date(year - 1, 12, 31), *(end for end in ends if end <= until), until})
