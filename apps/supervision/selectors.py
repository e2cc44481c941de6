"""Which years are reported, and who has reported."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.core.lifecycle import standings
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.standings import Board, Standing
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.supervision.models import FIRST_YEAR, SupervisionReport

RELATED = ("organization", "county", "updated_by")


@dataclass(frozen=True)
class Facts:
    """Of how many units the year's received reports state each of the three facts."""

    measures: int
    body: int
    inspected: int


def years(today: date) -> list[int]:
    """Every year of the work so far, newest first."""
    return list(range(max(today.year, FIRST_YEAR), FIRST_YEAR - 1, -1))


def board(*, year: int, user: Any) -> Board:
    """One standing per reporting unit the user sees, in the circular's order, with the inspections of each report."""
    units = Organization.objects.in_scope(scope_for(user, "supervision.view")).counties()
    reports = SupervisionReport.objects.visible_to(user).in_year(year).select_related(*RELATED).prefetch_related("inspections")
    return standings.board(year=year, units=units, reports=reports)


def ledger(*, unit: Organization, user: Any, today: date) -> list[Standing]:
    """The unit's standing for every year, newest first."""
    own = SupervisionReport.objects.visible_to(user).filter(organization=unit)
    reports = own.select_related(*RELATED).prefetch_related("inspections")
    return list(standings.ledger(years=years(today), units=[unit], reports=reports))


def facts(board: Board) -> Facts:
    """The circular's three facts, over the reports of a board that were received."""
    received = [each.report for each in board.standings if each.report and each.report.state == State.APPROVED]
    return Facts(
        measures=sum(report.measures_issued_on is not None for report in received),
        body=sum(report.body_set_up_on is not None for report in received),
        inspected=sum(report.inspection_count > 0 for report in received),
    )
