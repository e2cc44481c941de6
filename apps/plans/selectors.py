"""Who has handed in a plan and who has not."""

from collections.abc import Iterator, Sequence
from typing import Any

from apps.core.lifecycle import standings
from apps.core.lifecycle.standings import Board, Standing
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.plans.models import Plan, Window

RELATED = ("window", "organization", "updated_by")


def window_of(year: int) -> Window:
    """When plans of a year are taken; else what the circular suggests, not saved."""
    return Window.objects.filter(pk=year).first() or Window.proposed(year)


def board(*, window: Window, user: Any) -> Board:
    """One standing per reporting unit the user sees, in the circular's order. A draft that is not the user's counts as not handed in."""
    units = Organization.objects.in_scope(scope_for(user, "plans.view")).counties()
    handed = Plan.objects.visible_to(user).filter(window=window).select_related(*RELATED)
    return standings.board(year=window.pk, units=units, reports=handed)


def ledger(*, unit: Organization, windows: Sequence[Window], user: Any) -> Iterator[Standing]:
    """The unit's standing for every year, in the order of the windows."""
    own = Plan.objects.visible_to(user).filter(organization=unit).select_related(*RELATED)
    return standings.ledger(years=[window.pk for window in windows], units=[unit], reports=own)
