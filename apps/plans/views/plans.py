"""One plan: begun, read, written, submitted, reviewed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from apps.core.errors import Conflict
from apps.core.lifecycle import services as lifecycle_services
from apps.core.lifecycle import views as lifecycle
from apps.core.lifecycle.review import ReportEdition, ReportReview
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.plans import drafting, selectors, services
from apps.plans.forms import PlanForm
from apps.plans.models import Plan
from apps.plans.services import Written
from apps.years.models import Window


class PlanPage(lifecycle.ReportMixin):
    """What every page about a plan shares."""

    model = Plan
    services = services
    room = "工作方案"
    related = ("organization", "county", "window", "submitted_by", "updated_by", "created_by")
    permission = "plans.view"


class PlanCreate(lifecycle.ReportCreate):
    """Begin the unit's plan for an open year."""

    permission = "plans.edit"
    model = Plan

    def begin(self, year: int, unit: int) -> Plan:
        window = get_object_or_404(Window.objects.of_kind("plans"), year=year)
        organization = get_object_or_404(Organization.objects.in_scope(scope_for(self.request.user, "plans.edit")).counties(), pk=unit)
        plan, begun = services.draft(organization=organization, window=window, by=self.request.user)
        if begun and selectors.last_year(plan):
            messages.info(self.request, f"已带入{year - 1}年方案的内容，日期顺延一年，请逐项核对修改。")
        return plan


class PlanDetail(PlanPage, lifecycle.ReportDetail):
    has_review = True
    template_name = "plans/detail.html"
    submit_note = "上报后由市少工委办公室审核，审核期间不能修改；需要修改时可以请市少工委办公室退回。"

    def get_queryset(self) -> Any:
        return super().get_queryset().prefetch_related("stages", "attachments")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**drafting.shown(self.object, self.request.user), **kwargs)


class PlanEdit(PlanPage, lifecycle.ReportEdit):
    permission = "plans.edit"
    template_name = "plans/form.html"
    form_class = PlanForm
    lead = "约需 20 分钟。填写时自动保存，可以随时离开，以后接着填。"
    written: Written | None = None

    def save(self, form: Any) -> Plan:
        files = {} if self.autosaves else {"files": form.cleaned_data["uploads"], "remove": form.cleaned_data["remove"]}
        plan, by, seen = form.instance, self.request.user, form.seen()
        if not seen:  # not from our page: what it was written over is not known
            return services.save(report=plan, by=by, version=form.cleaned_data["version"], stages=form.rows.rows(), **files)
        self.written = services.write(report=plan, by=by, parts=form.written_parts(), seen=seen, **files)
        self.object = self.written.plan
        if self.written.colliding:
            lifecycle_services.answer(report=self.object, answers=form.answers(), by=self.request.user)
            raise Conflict(drafting.collision_sentence(self.written))
        if self.written.taken and not self.autosaves:
            messages.info(self.request, drafting.taken_sentence(self.written))
        return self.written.plan

    def told(self, form: Any) -> dict[str, Any]:
        return drafting.told(form, self.written, self.request.user) if self.written else {}

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        if self.written is None:
            return super().conflict(form, conflict)
        if self.autosaves:
            return JsonResponse({"message": conflict.message, **self.told(form)}, status=409)
        form.show_joined(self.written)
        return self.render_to_response(self.get_context_data(form=form, conflict=conflict, stored=self.written.plan), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, **drafting.beside(context["form"], self.request.user)}


class PlanSubmit(PlanPage, lifecycle.ReportSubmit):
    permission = "plans.submit"


class PlanReview(PlanPage, ReportReview):
    """Passage beside remarks; asks the plan's own decisions who may read it so."""


class PlanEdition(PlanPage, ReportEdition):
    """An approved text, with its number."""
