"""The years as the city sets them: their list, one year's page, its settings, and closing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView, TemplateView

from apps.audit.taking import Taken
from apps.core.errors import Conflict
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.tables import Table
from apps.coverage.models import FactCorrection
from apps.organizations.models import Organization
from apps.years import selectors
from apps.years.forms import CloseForm, YearForm
from apps.years.models import Extension, Reopening
from apps.years.selectors import Standpoint
from apps.years.services import closing, setting
from apps.years.tables import YearTable


class YearPage(Guarded):
    """What every page of one year shares."""

    kwargs: dict[str, Any]

    @property
    def year(self) -> int:
        return self.kwargs["year"]

    @property
    def back_url(self) -> str:
        return reverse("years:year", args=[self.year])

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("年度", reverse("years:list")), (f"{self.year}年", self.back_url), (self.title, None)]  # type: ignore[attr-defined]

    def standpoint(self) -> Standpoint:
        return selectors.standpoint(self.year, today=timezone.localdate())


class YearList(Guarded, Taken, TemplateView):
    """The years and their state."""

    permission = "years.view"
    template_name = "years/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            years=selectors.standpoints(today=timezone.localdate()),
            may_open=user.has_perm("years.open"),
            waiting=Extension.objects.visible_to(user).waiting().count(),
            **kwargs,
        )

    def tables(self, context: dict[str, Any]) -> dict[str, Table]:
        return {"table": YearTable(context["years"])}


class YearDetail(YearPage, TemplateView):
    """One year: how far each kind of report is, how the year is set, who got more time, what was corrected."""

    permission = "years.view"
    template_name = "years/year.html"

    @property
    def title(self) -> str:
        return f"{self.year}年"

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("年度", reverse("years:list")), (self.title, None)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, here = self.request.user, self.standpoint()
        return super().get_context_data(
            here=here,
            progress=list(selectors.progress(windows=here.windows, user=user)),
            targets=selectors.targets_of(self.year),
            extensions=Extension.objects.visible_to(user).of_year(self.year).for_list(),
            reopenings=Reopening.objects.visible_to(user).of_year(self.year).for_list(),
            corrections=FactCorrection.objects.visible_to(user).of_year(self.year).for_list(),
            may_open=user.has_perm("years.open"),
            may_ask=user.has_perm("years.ask"),
            today=here.today,
            **kwargs,
        )


class Settings(YearPage, FormPage, FormView):
    """Open a year, or change how it is set: first everything in one form, then what will happen, and only then it is saved."""

    permission = "years.open"
    template_name = "years/settings.html"
    form_class = YearForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.standpoint().closed:
            messages.error(request, f"{self.year}年度已关闭，设置不再变动。")
            return redirect(self.back_url)
        return super().get(request, *args, **kwargs)

    @property
    def title(self) -> str:
        return f"{'修改' if self.standpoint().windows else '开放'}{self.year}年度"

    def get_form_kwargs(self) -> dict[str, Any]:
        self.stored = selectors.stored(self.year)
        return {
            **super().get_form_kwargs(),
            "year": self.year,
            "units": Organization.objects.counties(),
            "stored": self.stored,
            "proposed": selectors.proposed(self.year),
            "carried": selectors.carried_targets(self.year),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        match self.request.POST.get("action"):
            case "save":
                return super().form_valid(form)
            case "edit":
                return self.render_to_response(self.get_context_data(form=form))
            case _:
                return self.announce(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.announce(form) if set(form.errors) == {"aware"} else super().form_invalid(form)

    def announce(self, form: Any) -> HttpResponse:
        """What will happen, before it is saved."""
        then = form.settings()
        effects = selectors.effects(year=self.year, now=self.stored, then=then, units=form.units)
        haste = selectors.haste(year=self.year, now=self.stored, then=then)
        aims = selectors.aims(now=self.stored, then=then, carried=form.carried)
        return self.render_to_response(self.get_context_data(form=form, effects=effects, haste=haste, aims=aims))

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        before = setting.save(
            year=self.year, settings=form.settings(), by=self.request.user, seen=data["seen"], aware=data.get("aware", False)
        )
        return f"{self.year}年度的设置已保存。" if before.kinds else f"{self.year}年度已开放。"

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        form.show_theirs(selectors.stored(self.year))
        form.add_error(None, conflict.message)
        return self.render_to_response(self.get_context_data(form=form), status=409)


class Close(YearPage, FormPage, FormView):
    """Close a year that is over: what will be frozen, what is still open, and the year typed to confirm."""

    permission = "years.open"
    template_name = "years/close.html"
    form_class = CloseForm

    @property
    def title(self) -> str:
        return f"关闭{self.year}年度"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "closing": self.year}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, here = self.request.user, self.standpoint()
        progress = list(selectors.progress(windows=here.windows, user=user))
        waiting = Extension.objects.visible_to(user).of_year(self.year).waiting().for_list()
        return super().get_context_data(here=here, progress=progress, waiting=waiting, **kwargs)

    def save(self, form: Any) -> str:
        closing.close(year=self.year, by=self.request.user)
        return f"{self.year}年度已关闭。"
