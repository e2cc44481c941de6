"""Who has reported, and what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.lifecycle import standings
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.standings import Board, Standing
from apps.organizations.models import Organization
from apps.supervision.models import SupervisionReport
from apps.years import selectors as years
from apps.years.models import Window

RELATED = ("window", "organization", "county", "updated_by")


@dataclass(frozen=True)
class Facts:
    """Of how many units the year's received reports state each of the three facts."""

    measures: int
    body: int
    inspected: int


def board(*, window: Window, user: Any) -> Board:
    """One standing per unit that reports and that the user sees, in the circular's order, with the inspections of each report."""
    reports = SupervisionReport.objects.visible_to(user).filter(window=window).select_related(*RELATED).prefetch_related("inspections")
    return standings.board(year=window.year, units=years.reporters(window=window, user=user), reports=reports)


def ledger(*, unit: Organization, windows: Sequence[Window], user: Any) -> list[Standing]:
    """The unit's standing for every year, in the order of the windows."""
    own = SupervisionReport.objects.visible_to(user).filter(organization=unit)
    reports = own.select_related(*RELATED).prefetch_related("inspections")
    return list(standings.ledger(years=[window.year for window in windows], units=[unit], reports=reports))


def facts(board: Board) -> Facts:
    """The circular's three facts, over the reports of a board that were received."""
    received = [each.report for each in board.standings if each.report and each.report.state == State.APPROVED]
    return Facts(
        measures=sum(report.measures_issued_on is not None for report in received),
        body=sum(report.body_set_up_on is not None for report in received),
        inspected=sum(report.inspection_count > 0 for report in received),
    )
