"""What is to be reached in a year, line by line, as the page of targets shows it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.coverage.models import Milestone, Target, Year
from apps.coverage.registry import Indicator, indicators
from apps.coverage.selectors.targets import Targets


@dataclass(frozen=True)
class Goal:
    """One indicator in a year: the city's target and since when it holds, its steps, and the targets of single units."""

    indicator: Indicator
    percent: Decimal | None
    since: int | None
    steps: tuple[Milestone, ...]
    apart: tuple[Target, ...]


def years() -> list[Year]:
    return list(Year.objects.all())


def year_asked(asked: str | None, *, today: date) -> Year:
    """The year of that number, else the running one; one that was never counted is nothing but its number."""
    found = next((each for each in years() if str(each.pk) == asked), None)
    return found or Year.objects.filter(pk=today.year).first() or Year(pk=today.year)


def goals(year: int) -> list[Goal]:
    """Two queries."""
    rows = list(Target.objects.filter(year__lte=year).select_related("county").order_by("year"))
    steps = list(Milestone.objects.filter(due_on__year=year).select_related("county").order_by("due_on"))
    targets = Targets(rows)
    return [_goal(each, year, rows, steps, targets) for each in indicators()]


def apart(pk: int) -> Target | None:
    """A single unit's target; the city's own are not among them."""
    return Target.objects.filter(pk=pk, county__isnull=False).select_related("county").first()


def step(pk: int) -> Milestone | None:
    return Milestone.objects.filter(pk=pk).first()


def _goal(indicator: Indicator, year: int, rows: list[Target], steps: list[Milestone], targets: Targets) -> Goal:
    own = [row for row in rows if row.indicator == indicator.key]
    since = max((row.year for row in own if row.county_id is None), default=None)
    newest = {row.county_id: row for row in own if row.county_id is not None}  # the rows come in the order of their years
    its_steps = tuple(step for step in steps if step.indicator == indicator.key)
    return Goal(indicator, targets.of(indicator.key, year, None), since, its_steps, tuple(newest.values()))
