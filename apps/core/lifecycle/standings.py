"""Who has handed in a yearly report and who has not: one year's units, or the years of one unit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from apps.core.lifecycle.enums import State


@dataclass(frozen=True)
class Standing:
    """Where one organization stands with one year's report. No report: nothing that the reader may see."""

    organization: Any
    year: int
    report: Any

    @property
    def state_label(self) -> str:
        return self.report.state_label if self.report else "未填报"

    @property
    def is_settled(self) -> bool:
        return self.report is not None and self.report.state == State.APPROVED

    @property
    def is_handed_in(self) -> bool:
        return self.report is not None and self.report.state in (State.SUBMITTED, State.APPROVED)


@dataclass(frozen=True)
class Board:
    """A year's reports of several organizations."""

    year: int
    standings: tuple[Standing, ...]

    @property
    def handed_in(self) -> int:
        return sum(standing.is_handed_in for standing in self.standings)

    @property
    def waiting(self) -> int:
        return sum(standing.report is not None and standing.report.state == State.SUBMITTED for standing in self.standings)

    @property
    def approved(self) -> int:
        return sum(standing.is_settled for standing in self.standings)

    @property
    def missing(self) -> int:
        return len(self.standings) - self.handed_in


def board(*, year: int, units: Iterable[Any], reports: Iterable[Any]) -> Board:
    """One standing per unit, in the order given. Reports know their `year` and `organization_id`."""
    return Board(year, tuple(ledger(years=[year], units=units, reports=reports)))


def ledger(*, years: Iterable[int], units: Iterable[Any], reports: Iterable[Any]) -> Iterator[Standing]:
    """The units' standing for every year, in the order given."""
    found = {(report.year, report.organization_id): report for report in reports}
    units = list(units)
    for year in years:
        for unit in units:
            yield Standing(unit, year, found.get((year, unit.pk)))
