"""What a coverage test arranges, and a count of its own to compare with."""

from collections import Counter
from datetime import date

from apps.coverage.models import Fact, Figure, Target, Year
from apps.organizations.models import Organization, PioneerUnit, Place

Counts = dict[tuple[int, str], tuple[int, int]]  # (node, group) → (covered, total)


def figures_of(year: int, indicator: str = "organization") -> Counts:
    """What the engine has stored."""
    rows = Figure.objects.of(year=year, indicator=indicator)
    return {(row.organization_id, row.group): (row.covered, row.total) for row in rows}


def facts_of(year: int, indicator: str = "organization") -> set[tuple[int, str, bool, str]]:
    return set(Fact.objects.of(year=year, indicator=indicator).values_list("organization", "group", "covered", "path"))


def counted_by_hand(day: date) -> Counts:
    """Organisation coverage, the slow way: place by place in Python."""
    kinds = dict(Organization.objects.values_list("pk", "kind"))
    units = PioneerUnit.objects.values_list("organization_id", "established_on", "dissolved_on")
    reached = {organization for organization, start, end in units if start <= day and (end is None or end > day)}
    covered: Counter[tuple[int, str]] = Counter()
    total: Counter[tuple[int, str]] = Counter()
    for place, path, area in Place.objects.values_list("organization_id", "organization__path", "area"):
        for node in map(int, path.split(".")):
            if kinds[node] in ("city", "county", "town"):
                for group in ("", area):
                    total[node, group] += 1
                    covered[node, group] += place in reached
    return {key: (covered[key], total[key]) for key in total}


def open_year(number: int) -> Year:
    return Year.objects.get_or_create(pk=number)[0]


def set_target(indicator: str, year: int, percent: str, county: Organization | None = None) -> Target:
    return Target.objects.create(indicator=indicator, year=year, percent=percent, county=county)
