"""What every page of figures shares."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from apps.audit.taking import Taken
from apps.core.guard import Guarded
from apps.core.tables import Table
from apps.coverage import selectors
from apps.coverage.selectors import Measure, Overview
from apps.coverage.services import figures
from apps.organizations.models import Organization


class CoveragePage(Guarded, Taken, TemplateView):
    """They are settled before anything is read, and the year is in the address."""

    permission = "coverage.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        figures.settle()
        return super().get(request, *args, **kwargs)

    def tables(self, context: dict[str, Any]) -> dict[str, Table]:
        return {name: context[name] for name in ("table", "listed", "below") if context.get(name) is not None}

    def overview(self, node: Organization) -> Overview | None:
        return selectors.overview(node=node, year=self.request.GET.get("year"), user=self.request.user)


class NodePage(CoveragePage):
    """One indicator at one node."""

    here = ""  # what the page says of it, as the last crumb; empty on the node's own page
    others: tuple[str, ...] = ("page", "sort", "below-sort", "state", "group", "way", "q", "direct", "day", "take", "first")

    @cached_property
    def node(self) -> Organization:
        return get_object_or_404(selectors.nodes(self.request.user), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        overview = self.overview(self.node)
        measure = overview.measure(self.request.GET.get("indicator")) if overview else None
        context = super().get_context_data(node=self.node, overview=overview, measure=measure, crumbs=self.crumbs(), **kwargs)
        return context if overview is None or measure is None else {**context, **self.about(overview, measure)}

    def about(self, overview: Overview, measure: Measure) -> dict[str, Any]:
        """What the page shows of a measure."""
        raise NotImplementedError

    def crumbs(self) -> list[tuple[str, str | None]]:
        query = self.request.GET.copy()
        for name in self.others:
            query.pop(name, None)
        suffix = f"?{query.urlencode()}" if query else ""
        line = [(each.name, f"{reverse('coverage:node', args=[each.pk])}{suffix}") for each in self._line()]
        steps: list[tuple[str, str | None]] = [("覆盖情况", f"{reverse('coverage:dashboard')}{suffix}"), *line]
        return [*steps, (self.here, None)] if self.here else [*steps[:-1], (self.node.name, None)]

    def _line(self) -> list[Organization]:
        return [*(each for each in selectors.nodes(self.request.user).above(self.node) if each != self.node), self.node]
