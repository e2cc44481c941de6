"""Corrections to a closed year: one unit's report opened again, one organization's fact put right."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import CreateView, FormView, TemplateView
from django.views.generic.detail import SingleObjectMixin

from apps.core.errors import Conflict
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.coverage.models import Fact
from apps.coverage.registry import indicators
from apps.coverage.services import corrections
from apps.organizations.models import Organization
from apps.years import registry
from apps.years.forms import CorrectionForm, FactSearch, ReopeningForm
from apps.years.models import Reopening, Window
from apps.years.services import closing
from apps.years.views.years import YearPage

MOST = 30  # lines of a search; more are found by more words


class Reopen(YearPage, FormPage, CreateView):
    """One unit's report of a closed year is opened again until a day."""

    permission = "years.open"
    model = Reopening
    form_class = ReopeningForm
    template_name = "years/reopen.html"
    submit_label = "重新开放"

    @cached_property
    def window(self) -> Window:
        return get_object_or_404(Window.objects.of_kind(self.kwargs["kind"]), year=self.year)

    @cached_property
    def unit(self) -> Organization:
        return get_object_or_404(Organization.objects.counties(), pk=self.kwargs["unit"])

    @property
    def title(self) -> str:
        return f"重新开放：{self.unit}{self.window.label}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.unit and self.window.closed_at is None:
            messages.warning(request, f"{self.year}年度尚未关闭，不需要更正：可以直接退回，或者批准延期。")
            return redirect(self.back_url)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reports = registry.kind(self.window.kind).reports.objects.visible_to(self.request.user).filter(window=self.window)
        return super().get_context_data(unit=self.unit, window=self.window, report=reports.filter(organization=self.unit).first(), **kwargs)

    def save(self, form: Any) -> str:
        reopening = closing.reopen(window=self.window, organization=self.unit, by=self.request.user, **form.cleaned_data)
        return f"已将{self.unit}的{self.window.label}重新开放至 {reopening.until:%Y-%m-%d}，到期自动恢复关闭。"


class FindFact(YearPage, TemplateView):
    """Which figure of a closed year is wrong: an indicator, and whose."""

    permission = "years.open"
    template_name = "years/facts.html"
    title = "更正数字"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form, found = FactSearch(self.request.GET or None), []
        if form.is_bound and form.is_valid():
            facts = Fact.objects.visible_to(self.request.user).of(year=self.year, indicator=form.cleaned_data["indicator"])
            facts = facts.named(form.cleaned_data["q"]).select_related("organization__parent", "county").order_by("path")
            found = list(facts[: MOST + 1])
        return super().get_context_data(
            here=self.standpoint(), form=form, facts=found[:MOST], most=MOST, is_cut=len(found) > MOST, **kwargs
        )


class CorrectFact(Guarded, FormPage, SingleObjectMixin, FormView):
    """Put one organization's fact right: it becomes its opposite, the figures above follow, and the reason stays."""

    permission = "years.open"
    model = Fact
    form_class = CorrectionForm
    template_name = "years/correct.html"
    submit_label = "更正"

    def get_queryset(self) -> Any:
        return Fact.objects.visible_to(self.request.user).select_related("year", "organization", "county")

    @cached_property
    def object(self) -> Any:
        return self.get_object()

    @property
    def title(self) -> str:
        return f"更正{self.object.organization}：{self.indicator.label}"

    @cached_property
    def indicator(self) -> Any:
        found = next((each for each in indicators() if each.key == self.object.indicator), None)
        if found is None:  # it is not counted any more: there is nothing to put it right by
            raise Http404
        return found

    @property
    def back_url(self) -> str:
        return reverse("years:year", args=[self.object.year_id])

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        found = reverse("years:facts", args=[self.object.year_id])
        return [("年度", reverse("years:list")), (str(self.object.year), self.back_url), ("更正数字", found), (self.title, None)]

    def get_initial(self) -> dict[str, Any]:
        return {"was": self.object.covered}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.object.year.is_closed:
            messages.warning(request, f"{self.object.year}尚未关闭，登记或确认后数字会自动更新，不需要更正。")
            return redirect(self.back_url)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = (self.indicator.undone, self.indicator.done)
        facts = {"was": words[self.object.covered], "becomes": words[not self.object.covered]}
        facts["definition"] = self.indicator.rule(date(self.object.year_id, 12, 31)).definition
        figures = corrections.above(fact=self.object)
        return super().get_context_data(fact=self.object, indicator=self.indicator, figures=figures, **facts, **kwargs)

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        corrections.correct(fact=self.object, covered=not data["was"], reason=data["reason"], by=self.request.user)
        return "已更正，上级各项数字已随之更新。"

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        messages.error(self.request, conflict.message)
        return redirect(self.back_url)
