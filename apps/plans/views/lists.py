"""Who has handed in: the office's board of a year, a unit's own years."""

import logging
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import FormView, TemplateView

from apps.audit.taking import Taken
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.lifecycle.tables import LedgerTable
from apps.core.tables import arranged
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.plans import selectors, services
from apps.plans.forms import BoardForm, RemindForm
from apps.plans.selectors import boards
from apps.plans.tables import BoardTable
from apps.years.models import Window

log = logging.getLogger(__name__)


class PlanList(Guarded, Taken, TemplateView):
    """Who has handed in: the board of a year for whoever sees the whole city, the ledger of the years for a unit."""

    permission = "plans.view"
    template_name = "plans/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope, today = scope_for(self.request.user, "plans.view"), timezone.localdate()
        windows = list(Window.objects.of_kind("plans"))
        find = self.board if scope.everything else self.ledger
        return super().get_context_data(today=today, windows=windows, **find(windows, today), **kwargs)

    def board(self, windows: list[Window], today: date) -> dict[str, Any]:
        user, year = self.request.user, self.request.GET.get("year")
        window = next((each for each in windows if str(each.year) == year), None) or Window.objects.of_kind("plans").current(today).first()
        context = {"window": window, "may_open": user.has_perm("years.open")}
        if window is None:
            return context
        board, form = boards.board(window=window, user=user), BoardForm(self.request.GET)
        table = arranged(self.request, BoardTable([line for line in board.standings if form.shows(line)]))
        table.caption = f"{window}工作方案上报情况"
        return {**context, "board": board, "table": table, "filter": SimpleNamespace(form=form)}

    def ledger(self, windows: list[Window], today: date) -> dict[str, Any]:
        user = self.request.user
        unit = Organization.objects.in_scope(scope_for(user, "plans.view")).counties().get()
        standings = list(selectors.ledger(unit=unit, windows=windows, user=user))
        open_now = {window.year: window for window in Window.objects.of_kind("plans").open_for(unit, today)}
        waiting = [(open_now[each.year], each) for each in standings if each.year in open_now and not each.is_settled]
        may_edit = user.has_perm("plans.edit", unit)
        return {"unit": unit, "may_edit": may_edit, "waiting": waiting, "table": arranged(self.request, LedgerTable(standings))}


class Remind(Guarded, FormPage, FormView):
    """Urge those who have not handed in: first who they are and what they are told, then one click."""

    permission = "years.open"
    template_name = "plans/remind.html"
    form_class = RemindForm
    submit_label = "发送催办"

    @cached_property
    def window(self) -> Window:
        return get_object_or_404(Window.objects.of_kind("plans"), year=self.kwargs["year"])

    @property
    def title(self) -> str:
        return f"催办{self.window}工作方案"

    @property
    def back_url(self) -> str:
        return f"{reverse('plans:list')}?year={self.window.year}"

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("工作方案", self.back_url), (self.title, None)]

    def get_form_kwargs(self) -> dict[str, Any]:
        found = [line for line in boards.lines(window=self.window, user=self.request.user) if line.is_missing]
        readers = boards.readers(units=[line.organization for line in found], by=self.request.user)
        return {**super().get_form_kwargs(), "lines": found, "readers": readers}

    def save(self, form: Any) -> str:
        chosen = form.chosen()
        services.remind(window=self.window, units=chosen, text=form.cleaned_data["text"], by=self.request.user)
        return f"已催办 {len(chosen)} 个单位：{'、'.join(map(str, chosen))}。"
