"""A node's years side by side: each indicator in each year, against its target and against the year before."""

from dataclasses import dataclass
from decimal import Decimal

from apps.coverage.models import Year
from apps.coverage.registry import Indicator
from apps.coverage.selectors.measures import Measure
from apps.coverage.selectors.overviews import Overview


@dataclass(frozen=True)
class Compared:
    """One indicator in one year, and by how many percentage points it rose since the year before.

    `rise` is None where there is no such year, nothing was counted in it, or it was counted by another rule (`is_by_another_rule`).
    """

    measure: Measure
    rise: Decimal | None
    is_by_another_rule: bool = False

    @property
    def gap(self) -> int | None:
        """How many are missing to the target; None where none was set, or nothing counted."""
        return None if self.measure.target is None or not self.measure.ratio.total else self.measure.gap


@dataclass(frozen=True)
class YearRow:
    """One year: its indicators by their keys."""

    year: Year
    compared: dict[str, Compared]


def compared(overview: Overview) -> list[YearRow]:
    """Every year that exists, the newest first. Nothing is asked of the database: an overview has read all years of its node."""
    by_number = {year.pk: year for year in overview.years}
    rows: dict[int, dict[str, Compared]] = {number: {} for number in by_number}
    for key, measures in overview.history.items():
        earlier = {measure.year: measure for measure in measures}
        for measure in measures:
            before = earlier.get(measure.year - 1)
            rows[measure.year][key] = _compared(measure, before, by_number)
    return [YearRow(year, rows[year.pk]) for year in overview.years]


def by_the_same_rule(indicator: Indicator, one: Year, other: Year) -> bool:
    """Were both years counted by one rule, so that their shares may be compared?"""
    days = [one.computed_on, other.computed_on]
    return None not in days and len({id(indicator.rule(day)) for day in days if day}) == 1


def _compared(measure: Measure, before: Measure | None, years: dict[int, Year]) -> Compared:
    if before is None or measure.is_fact or not measure.ratio.total or not before.ratio.total:
        return Compared(measure, None)
    if not by_the_same_rule(measure.indicator, years[measure.year], years[before.year]):
        return Compared(measure, None, is_by_another_rule=True)
    return Compared(measure, measure.ratio.rise(before.ratio))
