"""What a coverage test arranges, and a count of its own to compare with."""

from collections import Counter, defaultdict
from datetime import date

import factory
from django.utils import timezone

from apps.coverage.models import Exemption, Fact, Figure, Milestone, Target, Year
from apps.coverage.registry import indicators
from apps.organizations.models import Organization, PioneerUnit, Place
from tests.factories.people import UserFactory

WAYS = ("brigade", "squad", "holiday_team", "community_committee")  # by what a place is reached (circular §3.2.1)
Counts = dict[tuple[int, str], tuple[int, int]]  # (node, group) → (covered, total)


def forget_figures() -> None:
    """The figures have yet to be counted; of indicators that are not declared there are none."""
    for rows in (Fact.objects, Figure.objects):
        rows.exclude(indicator__in=[each.key for each in indicators()]).delete()
    Year.objects.update(computed_on=None)


def figures_of(year: int, indicator: str = "organization") -> Counts:
    """What the engine has stored."""
    rows = Figure.objects.of(year=year, indicator=indicator)
    return {(row.organization_id, row.part): (row.covered, row.total) for row in rows}


def facts_of(year: int, indicator: str = "organization") -> set[tuple[int, tuple[str, ...], tuple[str, ...], bool, str]]:
    rows = Fact.objects.of(year=year, indicator=indicator).values_list("organization", "groups", "ways", "covered", "path")
    return {(organization, tuple(groups), tuple(ways), covered, path) for organization, groups, ways, covered, path in rows}


def counted_by_hand(day: date) -> Counts:
    """Organisation coverage, the slow way: place by place in Python."""
    kinds = dict(Organization.objects.values_list("pk", "kind"))
    exempted = {
        each.organization_id
        for each in Exemption.objects.of("organization")
        if each.since <= day and (each.until is None or each.until > day)
    }
    reached: dict[int, set[str]] = defaultdict(set)
    for organization, kind, start, end in PioneerUnit.objects.values_list("organization_id", "kind", "established_on", "dissolved_on"):
        if start <= day and (end is None or end > day):
            reached[organization] |= {"", kind}
    covered: Counter[tuple[int, str]] = Counter()
    total: Counter[tuple[int, str]] = Counter()
    for place, path, area, opened, closed in Place.objects.values_list(
        "organization_id", "organization__path", "area", "opened_on", "closed_on"
    ):
        if place in exempted or (opened and opened > day) or (closed and closed <= day):
            continue
        for node in map(int, path.split(".")):
            if kinds[node] in ("city", "county", "town"):
                for part, asked in (("", ""), (area, ""), *((kind, kind) for kind in WAYS)):
                    total[node, part] += 1
                    covered[node, part] += asked in reached[place]
    return {key: (covered[key], total[key]) for key in total}


class ExemptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Exemption

    county = factory.LazyAttribute(lambda each: each.organization.county)
    indicator = "organization"
    since = date(2012, 9, 1)
    reason = "整村拆迁，居民已安置到其他社区。"
    by = factory.SubFactory(UserFactory)


class MilestoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Milestone

    indicator = "organization"
    due_on = factory.LazyFunction(lambda: date(timezone.localdate().year, 6, 30))
    percent = "70"


def open_year(number: int) -> Year:
    return Year.objects.get_or_create(pk=number)[0]


def set_target(indicator: str, year: int, percent: str, county: Organization | None = None) -> Target:
    return Target.objects.create(indicator=indicator, year=year, percent=percent, county=county, reason="起步较晚。" if county else "")
