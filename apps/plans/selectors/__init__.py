"""A unit's plans over the years, and the figures that a plan starts from; the office's board of a year is in boards.py."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from apps.core.lifecycle import standings
from apps.core.lifecycle.standings import Standing
from apps.coverage.models import Target
from apps.coverage.selectors import Targets, overview
from apps.coverage.services.figures import settle
from apps.organizations.models import Organization
from apps.plans.models import Plan
from apps.years.models import Window

RELATED = ("window", "organization", "updated_by")


def ledger(*, unit: Organization, windows: Sequence[Window], user: Any) -> Iterator[Standing]:
    """The unit's standing for every year, in the order of the windows."""
    own = Plan.objects.visible_to(user).filter(organization=unit).select_related(*RELATED)
    return standings.ledger(years=[window.year for window in windows], units=[unit], reports=own)


def figures(*, plan: Plan, user: Any) -> list[dict[str, Any]]:
    """What coverage says about the unit now, against the targets of the plan's year: one line per indicator that has something to count."""
    settle()
    seen = overview(node=plan.organization, year=plan.year, user=user)
    targets = Targets(Target.objects.all())
    return [
        {
            "key": measure.indicator.key,
            "label": measure.indicator.label,
            "covered": measure.ratio.covered,
            "total": measure.ratio.total,
            "target": None if goal is None else float(goal),
            "as_of": timezone.localdate().isoformat(),
        }
        for measure in (seen.measures if seen else ())
        if measure.ratio.total and not measure.is_fact
        for goal in [targets.of(measure.indicator.key, plan.year, plan.county_id)]
    ]
