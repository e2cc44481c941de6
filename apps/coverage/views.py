from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView, View

from apps.audit.taking import Taken
from apps.core.guard import Guarded
from apps.core.pages import AllPages
from apps.core.tables import Table, arranged
from apps.coverage import charts, selectors
from apps.coverage.filters import FactFilter
from apps.coverage.selectors import Overview
from apps.coverage.services import figures
from apps.coverage.tables import FactTable, IndicatorTable, NodeTable
from apps.coverage.tasks import recompute
from apps.organizations.models import Organization


class CoveragePage(Guarded, Taken, TemplateView):
    """What every page of figures shares: they are settled before anything is read, and the year is in the address."""

    permission = "coverage.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        figures.settle()
        return super().get(request, *args, **kwargs)

    def tables(self, context: dict[str, Any]) -> dict[str, Table]:
        return {name: context[name] for name in ("table", "listed", "below") if context.get(name) is not None}

    def overview(self, node: Organization) -> Overview | None:
        return selectors.overview(node=node, year=self.request.GET.get("year"), user=self.request.user)


class Dashboard(CoveragePage):
    """Every indicator where the user stands: measures, the nodes below, the map and the trend of one of them."""

    template_name = "coverage/dashboard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, places = self.request.user, selectors.standing_places(self.request.user)
        if not places:
            raise Http404
        overview = self.overview(places[0])
        context = super().get_context_data(
            node=places[0], places=places, overview=overview, may_compute=user.has_perm("coverage.compute"), **kwargs
        )
        measure = overview.measure(self.request.GET.get("indicator")) if overview else None
        if overview is None or measure is None or overview.is_empty:
            return context
        return {**context, "measure": measure, "table": arranged(self.request, NodeTable(overview)), **charts.of(overview, measure)}


class NodeDetail(CoveragePage):
    """One indicator at one node: its figure, the nodes below, and the rows that it counts or misses."""

    template_name = "coverage/node.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        node = get_object_or_404(selectors.nodes(self.request.user), pk=kwargs["pk"])
        overview = self.overview(node)
        measure = overview.measure(self.request.GET.get("indicator")) if overview else None
        context = super().get_context_data(node=node, overview=overview, measure=measure, crumbs=self.crumbs(node), **kwargs)
        if overview is None or measure is None:
            return context
        indicator, direct = measure.indicator, "direct" in self.request.GET
        rows = selectors.lines(overview=overview, indicator=indicator, user=self.request.user, direct=direct)
        found = FactFilter(self.request.GET, queryset=rows, indicator=indicator)
        listed = arranged(self.request, FactTable(found.qs, overview=overview, indicator=indicator), pages=AllPages)
        below = arranged(self.request, IndicatorTable(overview, indicator, prefix="below-")) if overview.has_steps(indicator.key) else None
        elsewhere = overview.elsewhere(indicator.key)
        corrections = selectors.corrections(overview=overview, indicator=indicator, user=self.request.user)
        return {
            **context,
            "filter": found,
            "listed": listed,
            "below": below,
            "direct": direct,
            "elsewhere": elsewhere,
            "corrections": corrections,
        }

    def crumbs(self, node: Organization) -> list[tuple[str, str | None]]:
        query = self.request.GET.copy()
        for name in ("page", "sort", "below-sort", "state", "group", "q", "direct"):
            query.pop(name, None)
        suffix = f"?{query.urlencode()}" if query else ""
        line = selectors.nodes(self.request.user).above(node)
        steps = [(each.name, f"{reverse('coverage:node', args=[each.pk])}{suffix}") for each in line if each != node]
        return [("覆盖情况", f"{reverse('coverage:dashboard')}{suffix}"), *steps, (node.name, None)]


class Recompute(Guarded, View):
    """Ask for a full count of every open year; the worker does it."""

    permission = "coverage.compute"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        recompute.delay_on_commit()
        messages.success(request, "已安排重新计算，通常一分钟内完成；之后刷新本页，可看到新的核对时间。")
        return redirect("coverage:dashboard")
