"""On the way to a target: how fast it goes, where that leads, which organizations are next, and what they would change."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from statistics import fmean, stdev
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When

from apps.coverage.models import Fact, Figure
from apps.coverage.registry import Indicator
from apps.coverage.selectors import Measure, Overview, Ratio, days, lines
from apps.coverage.selectors.targets import Path
from apps.organizations.models import Organization

STEP = timedelta(days=30)
STEPS = 12  # how far back the pace is taken from
FEWEST = 3  # steps in which something happened; from fewer nothing is foretold
# Four times in five the truth lies within so many standard errors (Student's t, 11 degrees of freedom).
LIKELY = 1.363


@dataclass(frozen=True)
class Point:
    """One day of a year's course."""

    day: date
    ratio: Ratio
    expected: float | None  # what the path asks for, as a share


@dataclass(frozen=True)
class Forecast:
    """Where the pace of the last year leads by the end of this one; between `low` and `high` four times in five."""

    until: date
    pace: float  # organizations in 30 days
    low: Ratio
    likely: Ratio
    high: Ratio


@dataclass(frozen=True)
class Course:
    """How an indicator went through a year at a node, and where that leads."""

    points: tuple[Point, ...]
    goal: float | None  # the year's target, as a share
    forecast: Forecast | None


@dataclass(frozen=True)
class Step:
    """A node's figure as it is, and as it would be."""

    node: Organization
    now: Measure
    then: Measure


def course(*, overview: Overview, measure: Measure, today: date) -> Course:
    """Month by month, from the registers; the last point is the figure itself. One statement."""
    year, node, indicator = overview.year, overview.node, measure.indicator
    until = year.computed_on or year.day(today)
    ends = days.month_ends(year.pk, until)
    back = [until - STEP * number for number in range(STEPS, -1, -1)] if not year.is_closed else []
    counted = days.over(indicator=indicator, node=node, days=[*ends, *back])
    path = overview.targets.path(indicator.key, year.pk, node.county_id)
    found = [*counted[: len(ends) - 1], measure.ratio]
    points = tuple(Point(day, ratio, _asked(path, day)) for day, ratio in zip(ends, found, strict=True))
    pace = [ratio.covered for ratio in counted[len(ends) :]]
    return Course(points, measure.goal, forecast(pace, measure.ratio, today=until, until=date(year.pk, 12, 31)))


def _asked(path: Path | None, day: date) -> float | None:
    return None if path is None else float(path.on(day)) / 100


def forecast(counts: Sequence[int], now: Ratio, *, today: date, until: date) -> Forecast | None:
    """From counts 30 days apart, the oldest first. None where the year is over, all is done, or too little happened to tell.

    What is still to come is a sum of as many steps as remain, each like one of those seen: its error grows with the root of their number,
    and with what is not known of the mean itself.
    """
    steps = [after - before for before, after in pairwise(counts)]
    ahead = (until - today) / STEP
    if ahead <= 0 or not now.missing or sum(step != 0 for step in steps) < FEWEST:
        return None
    pace, spread = fmean(steps), stdev(steps)
    error = LIKELY * spread * sqrt(ahead + ahead**2 / len(steps))

    def reached(count: float) -> Ratio:
        return replace(now, covered=min(now.total, max(0, round(now.covered + count))))

    return Forecast(until, pace, reached(pace * ahead - error), reached(pace * ahead), reached(pace * ahead + error))


def candidates(*, overview: Overview, indicator: Indicator, user: Any) -> QuerySet:
    """What is missing at a node, with `ease`: the place of the first of the indicator's reasons that holds for it, the easiest first."""
    day = overview.year.computed_on or date(overview.year.pk, 12, 31)
    missing = lines(overview=overview, indicator=indicator, user=user).missing()
    cases = [When(organization__in=each.rows(day), then=Value(place)) for place, each in enumerate(indicator.eases)]
    ease = Case(*cases, default=Value(len(indicator.eases)), output_field=IntegerField())
    order = ("county__position", "organization__parent__code", "organization__code", "organization__name", "pk")
    return missing.annotate(ease=ease).order_by("ease", *order)


def what_if(*, overview: Overview, indicator: Indicator, taken: Sequence[Fact], user: Any) -> list[Step]:
    """What the figures above would be if these were covered, the highest node first; nothing is written."""
    more = Counter(int(label) for fact in taken for label in fact.path.split("."))
    found = Figure.objects.visible_to(user).of(year=overview.year.pk, indicator=indicator.key).whole().filter(organization__in=[*more])
    steps = []
    for figure in found.select_related("organization").order_by("path"):
        node, now = figure.organization, Ratio(figure.covered, figure.total)
        target = overview.targets.of(indicator.key, overview.year.pk, node.county_id)
        measure = Measure(indicator, node, overview.year.pk, now, target)
        steps.append(Step(node, measure, replace(measure, ratio=replace(now, covered=now.covered + more[node.pk]))))
    return steps
