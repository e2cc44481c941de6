"""Who has handed in a plan and who has not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.lifecycle.enums import State
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.plans.models import Plan, Window


@dataclass(frozen=True)
class Standing:
    """Where one reporting unit stands with one year's plan."""

    organization: Organization
    window: Window
    plan: Plan | None

    @property
    def state_label(self) -> str:
        return self.plan.state_label if self.plan else "未填报"

    @property
    def is_settled(self) -> bool:
        return self.plan is not None and self.plan.state == State.APPROVED

    @property
    def is_handed_in(self) -> bool:
        return self.plan is not None and self.plan.state in (State.SUBMITTED, State.APPROVED)


@dataclass(frozen=True)
class Board:
    """A year's plans of every unit the user sees."""

    window: Window
    standings: tuple[Standing, ...]

    @property
    def handed_in(self) -> int:
        return sum(standing.is_handed_in for standing in self.standings)

    @property
    def waiting(self) -> int:
        return sum(standing.plan is not None and standing.plan.state == State.SUBMITTED for standing in self.standings)

    @property
    def approved(self) -> int:
        return sum(standing.is_settled for standing in self.standings)

    @property
    def missing(self) -> int:
        return len(self.standings) - self.handed_in


def board(*, window: Window, user: Any) -> Board:
    """One standing per reporting unit the user sees, in the circular's order. A draft that is not the user's counts as not handed in."""
    units = Organization.objects.in_scope(scope_for(user, "plans.view")).counties()
    handed = Plan.objects.visible_to(user).filter(window=window).select_related("window", "organization", "updated_by")
    plans = {plan.organization_id: plan for plan in handed}
    return Board(window, tuple(Standing(unit, window, plans.get(unit.pk)) for unit in units))


def ledger(*, units: Sequence[Organization], user: Any) -> Iterator[Standing]:
    """The units' standing for every year, newest first."""
    own = Plan.objects.visible_to(user).filter(organization__in=units).select_related("window", "organization", "updated_by")
    plans = {(plan.window_id, plan.organization_id): plan for plan in own}
    for window in Window.objects.all():
        for unit in units:
            yield Standing(unit, window, plans.get((window.pk, unit.pk)))
