"""A node's figures in a year: all of them, and one with the rows that it counts or misses."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.views.generic import View

from apps.core.guard import Guarded
from apps.core.pages import AllPages
from apps.core.tables import arranged
from apps.coverage import charts, selectors
from apps.coverage.filters import FactFilter
from apps.coverage.models import Year
from apps.coverage.selectors import Measure, Overview, years
from apps.coverage.tables import FactTable, IndicatorTable, NodeTable, YearTable
from apps.coverage.tasks import recompute
from apps.coverage.views.pages import CoveragePage, NodePage
from apps.organizations.models import Organization


class Dashboard(CoveragePage):
    """Every indicator where the user stands: measures, the nodes below, the map and the trend of one of them; of a school, what it has."""

    template_name = "coverage/dashboard.html"

    def get_template_names(self) -> list[str]:
        return ["coverage/own.html" if self.is_own else str(self.template_name)]

    @cached_property
    def standpoints(self) -> list[Organization]:
        return selectors.standing_places(self.request.user)

    @property
    def is_own(self) -> bool:
        """The user stands at what is itself counted."""
        return bool(self.standpoints) and self.standpoints[0].kind in selectors.COUNTED

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, places = self.request.user, self.standpoints
        if not places:
            raise Http404
        if self.is_own:
            return super().get_context_data(**self.own(places[0]), **kwargs)
        overview = self.overview(places[0])
        context = super().get_context_data(
            node=places[0], places=places, overview=overview, may_compute=user.has_perm("coverage.compute"), **kwargs
        )
        measure = overview.measure(self.request.GET.get("indicator")) if overview else None
        if overview is None or measure is None or overview.is_empty:
            return context
        return {**context, "measure": measure, "table": arranged(self.request, NodeTable(overview)), **charts.of(overview, measure)}

    def own(self, node: Organization) -> dict[str, Any]:
        years = list(Year.objects.all())
        asked = self.request.GET.get("year")
        year = next((each for each in years if str(each.pk) == asked), years[0] if years else None)
        states = selectors.own_states(node=node, year=year, user=self.request.user) if year else []
        return {"node": node, "year": year, "years": years, "states": states}


class NodeDetail(NodePage):
    """One indicator at one node: its figure, the nodes below, and the rows that it counts or misses."""

    template_name = "coverage/node.html"

    def about(self, overview: Overview, measure: Measure) -> dict[str, Any]:
        indicator, direct, user = measure.indicator, "direct" in self.request.GET, self.request.user
        rows = selectors.lines(overview=overview, indicator=indicator, user=user, direct=direct)
        found = FactFilter(self.request.GET, queryset=rows, indicator=indicator)
        listed = arranged(self.request, FactTable(found.qs, overview=overview, indicator=indicator), pages=AllPages)
        below = arranged(self.request, IndicatorTable(overview, indicator, prefix="below-")) if overview.has_steps(indicator.key) else None
        return {
            "filter": found,
            "listed": listed,
            "below": below,
            "direct": direct,
            "elsewhere": overview.elsewhere(indicator.key),
            "corrections": selectors.corrections(overview=overview, indicator=indicator, user=user),
            "exemptions": selectors.exemptions(overview=overview, indicator=indicator, user=user),
        }


class Years(NodePage):
    """Every year of a node, indicators beside each other: what was reached, what became of it, and the target of the time."""

    template_name = "coverage/compared.html"
    here = "历年对照"

    def about(self, overview: Overview, measure: Measure) -> dict[str, Any]:
        return {"table": arranged(self.request, YearTable(overview, years.compared(overview)))}


class Recompute(Guarded, View):
    """Ask for a full count of every open year; the worker does it."""

    permission = "coverage.compute"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        recompute.delay_on_commit()
        messages.success(request, "已安排重新计算，通常一分钟内完成；之后刷新本页，可看到新的核对时间。")
        return redirect("coverage:dashboard")
