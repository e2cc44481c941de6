"""The way to a target at one node: its course, where that leads, what is next, and what it would change. And any day, counted anew."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.core.pages import AllPages
from apps.core.tables import arranged
from apps.coverage import charts
from apps.coverage.forms import DayForm
from apps.coverage.models import Fact
from apps.coverage.selectors import Measure, Overview, days, reach
from apps.coverage.tables import CandidateTable, DayTable, ListedTable
from apps.coverage.views.pages import NodePage

MOST = 60  # candidates on the page; all of them are in the file


class Progress(NodePage):
    """Ticks are in the address (`take`, or `first` for so many from the top), so that a trial can be sent to somebody."""

    template_name = "coverage/progress.html"
    here = "进度与测算"

    def about(self, overview: Overview, measure: Measure) -> dict[str, Any]:
        course = reach.course(overview=overview, measure=measure, today=timezone.localdate())
        shown = {"course": course, "trend": charts.course(course, measure.indicator)}
        # What is next is of today, and nothing changes a closed year.
        return shown if overview.year.is_closed else {**shown, **self._next(overview, measure)}

    def _next(self, overview: Overview, measure: Measure) -> dict[str, Any]:
        """What is missing, and what it would change."""
        user, indicator = self.request.user, measure.indicator
        candidates = reach.candidates(overview=overview, indicator=indicator, user=user)
        shown = candidates if self.format else candidates[:MOST]
        taken = self._taken(candidates)
        table = arranged(self.request, CandidateTable(shown, overview=overview, indicator=indicator, taken={fact.pk for fact in taken}))
        return {
            "table": table,
            "most": MOST,
            "is_cut": measure.ratio.missing > MOST,
            "taken": taken,
            "steps": reach.what_if(overview=overview, indicator=indicator, taken=taken, user=user) if taken else [],
        }

    def _taken(self, candidates: QuerySet) -> list[Fact]:
        first = self.request.GET.get("first", "")
        if first.isdecimal():
            return list(candidates[: int(first[:5])])
        ticked = set(self.request.GET.getlist("take"))
        return [fact for fact in candidates[:MOST] if str(fact.pk) in ticked]


class Day(NodePage):
    """One indicator at a node as it stood on any day since the circular."""

    template_name = "coverage/day.html"
    here = "历史某日"

    def about(self, overview: Overview, measure: Measure) -> dict[str, Any]:
        indicator = measure.indicator
        form = DayForm(self.request.GET if "day" in self.request.GET else None, initial={"day": timezone.localdate()})
        if not (form.is_bound and form.is_valid()):
            return {"form": form}
        day = form.cleaned_data["day"]
        (ratio,) = days.over(indicator=indicator, node=self.node, days=[day])
        rows = days.rows(indicator=indicator, node=self.node, day=day, user=self.request.user)
        below = days.below(indicator=indicator, node=self.node, day=day) if overview.has_steps(indicator.key) else []
        return {
            "form": form,
            "day": day,
            "ratio": ratio,
            "rule": indicator.rule(day),
            "below": arranged(self.request, DayTable(below, node=self.node, indicator=indicator, day=day, prefix="below-"))
            if below
            else None,
            "listed": arranged(self.request, ListedTable(rows, node=self.node, indicator=indicator, day=day), pages=AllPages),
        }
