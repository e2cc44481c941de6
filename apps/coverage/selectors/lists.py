"""The rows behind a number, who is left out of them, what was put right in them; and how an organization is counted itself."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from apps.coverage.models import Exemption, Fact, FactCorrection, Year
from apps.coverage.querysets import FactQuerySet
from apps.coverage.registry import Indicator, indicators
from apps.coverage.selectors.overviews import Overview
from apps.organizations.models import Organization


def lines(*, overview: Overview, indicator: Indicator, user: Any, direct: bool = False) -> FactQuerySet:
    """The eligible list behind a node's figure, as of that year."""
    rows = Fact.objects.visible_to(user).of(year=overview.year.pk, indicator=indicator.key)
    rows = rows.right_below(overview.path) if direct else rows.along(overview.path)
    return rows.select_related("organization__parent", "county").order_by(
        "county__position", "organization__parent__code", "organization__code", "organization__name", "pk"
    )


@dataclass(frozen=True)
class OwnState:
    """What one indicator says of an organization in a year."""

    indicator: Indicator
    definition: str
    is_covered: bool | None  # None: it is not listed
    ways: tuple[str, ...] = ()
    exemption: Exemption | None = None


def own_states(*, node: Organization, year: Year, user: Any) -> list[OwnState]:
    """Every indicator that counts organizations of this kind, and how the node stands in it. Two queries."""
    day = year.computed_on or year.day(timezone.localdate())
    facts = {fact.indicator: fact for fact in Fact.objects.visible_to(user).filter(year=year, organization=node)}
    exempted = {each.indicator: each for each in Exemption.objects.visible_to(user).on(day).filter(organization=node)}
    asked = [each for each in indicators() if each.level == node.kind]
    return [_own_state(each, day, facts.get(each.key), exempted.get(each.key)) for each in asked]


def _own_state(indicator: Indicator, day: date, fact: Fact | None, exemption: Exemption | None) -> OwnState:
    ways = tuple(label for key, label in indicator.ways.items() if fact and key in fact.ways)
    return OwnState(indicator, indicator.rule(day).definition, fact.covered if fact else None, ways, exemption)


def corrections(*, overview: Overview, indicator: Indicator, user: Any) -> list[FactCorrection]:
    """What was put right in this list after the year was closed; nothing before."""
    if not overview.year.is_closed:
        return []
    found = FactCorrection.objects.visible_to(user).of(year=overview.year.pk, indicator=indicator.key)
    return list(found.within(overview.node).for_list())


def exemptions(*, overview: Overview, indicator: Indicator, user: Any) -> list[Exemption]:
    """Who is left out of the node's list in that year, and why."""
    day = overview.year.computed_on or overview.year.day(timezone.localdate())
    return list(Exemption.objects.visible_to(user).of(indicator.key).on(day).within(overview.node).for_list())
