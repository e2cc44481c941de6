"""What is to be reached, by when: targets, the steps on the way to them, and the path that both draw through a year."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.coverage.models import Milestone, Target

Whose = tuple[str, int | None]  # an indicator, and a county or the city
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Path:
    """What share is to be reached by each day of a year (进度线): from the target of the year before, by its steps, to its own target;
    evenly between them."""

    points: tuple[tuple[date, Decimal], ...]  # day, percent; the first is the last day of the year before

    def on(self, day: date) -> Decimal:
        """In percent; between two points in proportion to the days."""
        before, after = self.points[0], self.points[-1]
        for point in self.points:
            if point[0] <= day:
                before = point
        for point in reversed(self.points):
            if point[0] >= day:
                after = point
        if after[0] <= before[0]:
            return before[1]
        part = Decimal((day - before[0]).days) / (after[0] - before[0]).days
        return (before[1] + (after[1] - before[1]) * part).quantize(CENT)


class Targets:
    """Every target; a county's own go before the city's, and each holds until a later one replaces it."""

    def __init__(self, rows: Iterable[Target], milestones: Iterable[Milestone] = ()) -> None:
        self._by_year: dict[Whose, dict[int, Decimal]] = defaultdict(dict)
        self._steps: dict[Whose, list[tuple[date, Decimal]]] = defaultdict(list)
        for row in rows:
            self._by_year[row.indicator, row.county_id][row.year] = row.percent
        for step in milestones:
            self._steps[step.indicator, step.county_id].append((step.due_on, step.percent))

    def of(self, indicator: str, year: int, county: int | None) -> Decimal | None:
        for whose in (county, None):
            reached = [since for since in self._by_year.get((indicator, whose), ()) if since <= year]
            if reached:
                return self._by_year[indicator, whose][max(reached)]
        return None

    def path(self, indicator: str, year: int, county: int | None) -> Path | None:
        """None where nothing is to be reached. A county's own steps go before the city's, all of them; no step asks for more than the year,
        which may have been lowered since, or for one county.
        """
        target = self.of(indicator, year, county)
        if target is None:
            return None
        start, end = date(year - 1, 12, 31), date(year, 12, 31)
        points = {start: self.of(indicator, year - 1, county) or Decimal(0), **self._steps_of(indicator, year, county)}
        return Path((*((day, min(share, target)) for day, share in points.items() if day != end), (end, target)))

    def _steps_of(self, indicator: str, year: int, county: int | None) -> dict[date, Decimal]:
        for whose in (county, None):
            found = {day: share for day, share in sorted(self._steps.get((indicator, whose), ())) if day.year == year}
            if found:
                return found
        return {}


def everything() -> Targets:
    """Two queries."""
    return Targets(Target.objects.all(), Milestone.objects.all())
