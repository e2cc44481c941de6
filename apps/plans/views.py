import logging
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import DetailView, TemplateView, UpdateView

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import Conflict
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.lifecycle import services as lifecycle_services
from apps.core.lifecycle import views as lifecycle
from apps.core.lifecycle.review import ReportEdition, ReportReview
from apps.core.lifecycle.tables import LedgerTable, StandingTable
from apps.core.tables import arranged
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.plans import drafting, selectors, services
from apps.plans.enums import Progress
from apps.plans.forms import PlanForm, TaskForm
from apps.plans.models import Attachment, Plan, Task
from apps.plans.services import Written
from apps.years.models import Window

log = logging.getLogger(__name__)


class PlanPage(lifecycle.ReportMixin):
    """What every page about a plan shares."""

    model = Plan
    services = services
    room = "工作方案"
    related = ("organization", "county", "window", "submitted_by", "updated_by", "created_by")
    permission = "plans.view"


class PlanList(Guarded, TemplateView):
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
        board = selectors.board(window=window, user=user)
        table = arranged(self.request, StandingTable(board.standings))
        table.caption = f"{window}工作方案上报情况"
        return {**context, "board": board, "table": table}

    def ledger(self, windows: list[Window], today: date) -> dict[str, Any]:
        user = self.request.user
        unit = Organization.objects.in_scope(scope_for(user, "plans.view")).counties().get()
        standings = list(selectors.ledger(unit=unit, windows=windows, user=user))
        open_now = {window.year: window for window in Window.objects.of_kind("plans").open_for(unit, today)}
        waiting = [(open_now[each.year], each) for each in standings if each.year in open_now and not each.is_settled]
        may_edit = user.has_perm("plans.edit", unit)
        return {"unit": unit, "may_edit": may_edit, "waiting": waiting, "table": arranged(self.request, LedgerTable(standings))}


class PlanCreate(lifecycle.ReportCreate):
    """Begin the unit's plan for an open year."""

    permission = "plans.edit"
    model = Plan

    def begin(self, year: int, unit: int) -> Plan:
        window = get_object_or_404(Window.objects.of_kind("plans"), year=year)
        organization = get_object_or_404(Organization.objects.in_scope(scope_for(self.request.user, "plans.edit")).counties(), pk=unit)
        plan, begun = services.draft(organization=organization, window=window, by=self.request.user)
        if begun and plan.texts:
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


class PlanTasks(PlanPage, DetailView):
    """What follows from a plan: its tasks, how far they are, and what is late."""

    template_name = "plans/tasks.html"
    context_object_name = "plan"

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [(self.room, reverse("plans:list")), (str(self.object), self.object.get_absolute_url()), ("工作任务", None)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        doing = selectors.doing(self.object)
        timeline = selectors.timeline(task for task in doing.tasks if task.progress != Progress.DROPPED)
        may_edit = self.request.user.has_perm("plans.edit", self.object)
        return super().get_context_data(doing=doing, timeline=timeline, may_edit=may_edit, **kwargs)


class TaskReport(Guarded, FormPage, UpdateView):
    """The unit reports a task done, or how it stands."""

    permission = "plans.edit"
    model = Task
    form_class = TaskForm
    title = "填报完成情况"
    lead = "约需 1 分钟。"

    def get_queryset(self) -> Any:
        return Task.objects.visible_to(self.request.user).select_related("plan__window", "organization")

    @property
    def eyebrow(self) -> str:
        return f"{self.object.title}（{self.object.starts_on:%Y-%m-%d} 至 {self.object.ends_on:%Y-%m-%d}）"

    @property
    def back_url(self) -> str:
        return self.object.get_absolute_url()

    def save(self, form: Any) -> str:
        task = services.tasks.report(task=form.instance, seen=form.cleaned_data["seen"], by=self.request.user, **form.facts)
        return "已登记完成。" if task.done_on else "已保存。"


class AttachmentDownload(Guarded, DetailView):
    """A file of a plan that the user sees; always saved, never shown inside the portal."""

    permission = "plans.view"
    model = Attachment

    def get_queryset(self) -> Any:
        return Attachment.objects.of_plans(Plan.objects.visible_to(self.request.user))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        attachment = self.get_object()
        try:
            file = attachment.file.open()
        except FileNotFoundError:
            log.exception("attachment %s has lost its file", attachment.pk)
            raise Http404 from None
        audit.record(Verb.DOWNLOAD, f"{attachment.plan}：{attachment.name}", details={"size": attachment.size})
        return FileResponse(file, as_attachment=True, filename=attachment.name, content_type=attachment.content_type)
