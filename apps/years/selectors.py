"""Who reports what in a year, and who has not yet."""

from typing import Any

from apps.core.lifecycle.enums import State
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.years.models import Exemption, Window
from apps.years.registry import kind as kind_of


def window_of(kind: str, year: int) -> Window:
    """When a kind of report is taken in a year; else what the circular suggests, not saved."""
    return Window.objects.filter(kind=kind, year=year).first() or Window.proposed(kind, year)


def reporters(*, window: Window, user: Any) -> Any:
    """The units that the user sees and that report in this window, in the circular's order, as a queryset."""
    units = Organization.objects.in_scope(scope_for(user, f"{window.kind}.view")).counties()
    return units.exclude(pk__in=Exemption.objects.filter(window=window).values("organization"))


def missing(*, window: Window, user: Any) -> Any:
    """Those of them that have not handed in, or were asked to revise what they handed in."""
    handed_in = kind_of(window.kind).reports._default_manager.filter(window=window, state__in=[State.SUBMITTED, State.APPROVED])
    return reporters(window=window, user=user).exclude(pk__in=handed_in.values("organization"))
