"""What the city office sets: targets of single units, steps on the way, and who is not counted."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView, TemplateView, View

from apps.audit.taking import Taken
from apps.core.errors import Conflict, DomainError
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.pages import Pages
from apps.core.tables import arranged
from apps.coverage.forms import ApartForm, ExemptionForm, MilestoneForm
from apps.coverage.models import Exemption, Milestone, Target
from apps.coverage.selectors import plans
from apps.coverage.services import exemptions, targets
from apps.coverage.tables import ExemptionTable

STEER = "coverage.steer"


class TargetList(Guarded, TemplateView):
    """Everything that is to be reached in a year: the city's targets, those of single units, and the steps on the way."""

    permission = "coverage.view"
    template_name = "coverage/targets.html"

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("覆盖情况", reverse("coverage:dashboard")), ("目标", None)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        year = plans.year_asked(self.request.GET.get("year"), today=timezone.localdate())
        may_steer = self.request.user.has_perm(STEER) and not year.is_closed
        return super().get_context_data(year=year, years=plans.years(), goals=plans.goals(year.pk), may_steer=may_steer, **kwargs)


class Setting(Guarded, FormPage, FormView):
    """A form of the city's that leads back to the year it is about."""

    permission = STEER

    @property
    def year(self) -> int:
        """The year of the address, where a target may be set for it; else this one."""
        asked = self.request.GET.get("year", "")
        return next((year for year in range(2012, 2101) if str(year) == asked), timezone.localdate().year)

    @property
    def back_url(self) -> str:
        return f"{reverse('coverage:targets')}?year={self.year}"

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("覆盖情况", reverse("coverage:dashboard")), ("目标", self.back_url), (self.title, None)]

    def get_initial(self) -> dict[str, Any]:
        return {"indicator": self.request.GET.get("indicator", "")}

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        form.add_error(None, conflict.message)
        return self.render_to_response(self.get_context_data(form=form), status=409)


class SetApart(Setting):
    form_class = ApartForm
    title = "为一个单位单独设定目标"
    lead = "约需 1 分钟。从所选年度起，这个单位按单独的目标对照，以后年度沿用，直到另行设定。"

    def save(self, form: Any) -> str:
        target = targets.set_apart(year=self.year, **form.cleaned_data)
        return f"已为{target.county}设定 {target.percent.normalize():f}% 的目标。"


class AddStep(Setting):
    form_class = MilestoneForm
    title = "增加分步目标"
    lead = "约需 1 分钟。进度按分步目标逐段匀速推算，各级页面的红绿灯随之更新。"

    def save(self, form: Any) -> str:
        step = targets.add_step(**form.cleaned_data)
        return f"已增加 {step.due_on} 达到 {step.percent.normalize():f}% 的分步目标。"


class Removal(Guarded, View):
    """Take one line of the year's targets away again."""

    permission = STEER
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            line = self.found(pk)
            if line is None:
                raise DomainError("这一条已经不在，可能刚由他人移除。")
            year, sentence = self.remove(line)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("coverage:targets")
        messages.success(request, sentence)
        return redirect(f"{reverse('coverage:targets')}?year={year}")

    def found(self, pk: int) -> Any | None:
        """The line, while it is there."""
        raise NotImplementedError

    def remove(self, line: Any) -> tuple[int, str]:
        """Returns the year, and the sentence that says what happened."""
        raise NotImplementedError


class Withdraw(Removal):
    model = Target

    def found(self, pk: int) -> Target | None:
        return plans.apart(pk)

    def remove(self, target: Target) -> tuple[int, str]:
        targets.withdraw(target=target)
        return target.year, f"已撤销{target.county}的单独目标，恢复按全市目标对照。"


class RemoveStep(Removal):
    model = Milestone

    def found(self, pk: int) -> Milestone | None:
        return plans.step(pk)

    def remove(self, step: Milestone) -> tuple[int, str]:
        targets.remove_step(milestone=step)
        return step.due_on.year, f"已移除 {step.due_on} 的分步目标。"


class ExemptionList(Guarded, Taken, TemplateView):
    """Who is not counted, for which indicator, since when and why."""

    permission = "coverage.view"
    template_name = "coverage/exemptions.html"

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("覆盖情况", reverse("coverage:dashboard")), ("不列入统计的单位", None)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_steer = self.request.user.has_perm(STEER)
        rows = Exemption.objects.visible_to(self.request.user).for_list()
        table = arranged(self.request, ExemptionTable(rows, may_steer=may_steer), pages=Pages)
        return super().get_context_data(table=table, may_steer=may_steer, **kwargs)


class Exempt(Setting):
    form_class = ExemptionForm
    title = "登记不列入统计的单位"
    lead = "约需 1 分钟。自起始日期起，这个单位不计入所选指标的应覆盖数，原因各级可见；已关闭年度的名单不变。"
    submit_label = "登记"

    @property
    def back_url(self) -> str:
        return reverse("coverage:exemptions")

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("覆盖情况", reverse("coverage:dashboard")), ("不列入统计的单位", self.back_url), (self.title, None)]

    def get_initial(self) -> dict[str, Any]:
        return {"indicator": self.request.GET.get("indicator", ""), "since": timezone.localdate()}

    def save(self, form: Any) -> str:
        facts = {name: form.cleaned_data[name] for name in ("organization", "indicator", "since", "reason")}
        exemption = exemptions.exempt(by=self.request.user, **facts)
        return f"已登记：{exemption.organization}自 {exemption.since} 起不列入统计。"


class CountAgain(Guarded, View):
    """End an exemption: from today on the organization counts again."""

    model = Exemption
    permission = STEER
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        exemption = get_object_or_404(Exemption.objects.visible_to(request.user), pk=pk)
        if not request.user.has_perm(STEER, exemption):
            raise PermissionDenied
        try:
            ended = exemptions.end(exemption=exemption)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"{ended.organization}自 {ended.until} 起恢复统计。")
        return redirect("coverage:exemptions")
