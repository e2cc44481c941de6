"""Who has handed in a yearly report and who has not: one unit's years, or one year's units."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.core.lifecycle.enums import State
from apps.core.lifecycle.models import Report


@dataclass(frozen=True)
class Standing:
    """Where one unit stands with one year's report. None: nothing that the reader may see."""

    unit: Any
    year: int
    report: Any

    @property
    def state_label(self) -> str:
        return self.report.state_label if self.report else "未填报"

    @property
    def is_handed_in(self) -> bool:
        return self.report is not None and self.report.state in (State.SUBMITTED, State.APPROVED)


@dataclass(frozen=True)
class Board:
    """A year's reports of several units."""

    year: int
    standings: tuple[Standing, ...]

    @property
    def handed_in(self) -> int:
        return sum(standing.is_handed_in for standing in self.standings)

    @property
    def waiting(self) -> int:
        return sum(standing.report is not None and standing.report.state == State.SUBMITTED for standing in self.standings)


def board(*, year: int, units: Iterable[Any], reports: Iterable[Report]) -> Board:
    """One standing per unit, in the order given."""
    found = {report.organization_id: report for report in reports}  # type: ignore[attr-defined]
    return Board(year, tuple(Standing(unit, year, found.get(unit.pk)) for unit in units))


def ledger(*, unit: Any, reports: dict[int, Any], years: Iterable[int]) -> list[Standing]:
    """One unit's standing for every year, in the order given; `reports` by year."""
    return [Standing(unit, year, reports.get(year)) for year in years]
