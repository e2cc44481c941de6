import logging
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.views.generic import DetailView, FormView, TemplateView, UpdateView, View
from django.views.generic.detail import SingleObjectMixin

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import Conflict, DomainError
from apps.core.exports import FORMATS, workbook
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.lifecycle import services as lifecycle_services
from apps.core.lifecycle import views as lifecycle
from apps.core.lifecycle.review import ReportEdition, ReportReview
from apps.core.lifecycle.tables import LedgerTable
from apps.core.tables import arranged
from apps.core.throttle import EXPORT
from apps.jobs import services as jobs
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.plans import drafting, papers, selectors, services
from apps.plans.enums import Progress
from apps.plans.forms import AttachForm, BoardForm, PlanForm, RemindForm, TaskForm
from apps.plans.jobs import TITLES, VOLUME, ZIP
from apps.plans.models import Attachment, Plan, Task
from apps.plans.selectors import boards
from apps.plans.services import Written
from apps.plans.tables import BoardTable, TaskTable
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


class BoardExport(Guarded, View):
    """The board of a year as a workbook; that it was taken is in the log."""

    permission = "plans.view"
    throttle = EXPORT

    def get(self, request: HttpRequest, year: int) -> FileResponse:
        if not scope_for(request.user, "plans.view").everything:
            raise Http404
        window, form = get_object_or_404(Window.objects.of_kind("plans"), year=year), BoardForm(request.GET)
        found = [line for line in boards.lines(window=window, user=request.user) if form.shows(line)]
        audit.record(Verb.EXPORT, f"{window}工作方案上报情况", details={"format": "xlsx", "year": year, "units": len(found)})
        file = workbook([boards.sheet(window, found)])
        return FileResponse(file, as_attachment=True, filename=f"{window}工作方案上报情况.xlsx", content_type=FORMATS["xlsx"])


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


class PlanAttach(PlanPage, SingleObjectMixin, View):
    """Files sent while the draft is open in its form, each as it is chosen; the answer is the list as it now stands."""

    permission = "plans.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form = AttachForm(request.POST, request.FILES, plan=self.object)
        if not form.is_valid():
            return JsonResponse({"message": "".join(map(str, form.errors.get("uploads", ["附件已经变动，请刷新。"])))}, status=422)
        try:
            plan = services.attach(
                plan=self.object, by=request.user, files=form.cleaned_data["uploads"], remove=form.cleaned_data["remove"]
            )
        except DomainError as error:
            return JsonResponse({"message": error.message}, status=422)
        listed = render_to_string("plans/attachment_rows.html", {"attachments": plan.attachments.all()})
        return JsonResponse({"html": listed, "version": plan.version})


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


class TaskBoard(Guarded, TemplateView):
    """How far every unit is with the tasks of a year, for whoever sees more than one; a unit goes on to its own."""

    permission = "plans.view"
    template_name = "plans/task_board.html"

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [("工作方案", reverse("plans:list")), ("工作任务", None)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, asked = self.request.user, self.request.GET.get("year")
        years = selectors.task_years(user)
        running = timezone.localdate().year
        year = next((each for each in years if str(each) == asked), running if running in years else next(iter(years), running))
        lines = selectors.task_lines(year=year, user=user)
        counts = {name: sum(getattr(line.doing, name) for line in lines) for name in ("done", "total", "overdue")}
        table = arranged(self.request, TaskTable(lines))
        table.caption = f"{year}年工作任务完成情况"
        share = counts["done"] / counts["total"] if counts["total"] else None
        return super().get_context_data(years=years, year=year, table=table, lines=lines, share=share, **counts, **kwargs)


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


class PlanPaper(PlanPage, DetailView):
    """The plan as an official paper, to print or to go on writing in; that it was taken is in the log."""

    throttle = EXPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        suffix = self.kwargs["format"]
        if suffix not in papers.FORMATS:
            raise Http404
        plan = self.get_object()
        try:
            paper = papers.pdf(plan) if suffix == "pdf" else papers.docx(plan)
        except DomainError as error:
            messages.error(request, error.message)
            return self.to("detail")
        audit.record(Verb.EXPORT, f"{plan}（{suffix}）", details={"format": suffix})
        response = HttpResponse(paper, content_type=papers.FORMATS[suffix])
        response.headers["Content-Disposition"] = content_disposition_header(True, papers.filename(plan, suffix))
        return response


class PlanArchive(Guarded, View):
    """Ask for a year's plans as one file; a job makes it."""

    permission = "plans.view"
    http_method_names = ["post"]
    kinds = {"zip": ZIP, "pdf": VOLUME}

    def post(self, request: Any, year: int, format: str) -> HttpResponse:
        if format not in self.kinds:
            raise Http404
        kind, here = self.kinds[format], request.hat.organization
        try:
            job = jobs.start(kind=kind, title=f"{year}年{TITLES[kind]}", organization=here, by=request.user, arguments={"year": year})
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(f"{reverse('plans:list')}?year={year}")
        return redirect(job)
