"""The pages of everything that is reported: list, draft, look, submit, decide, return.

An app subclasses what it needs and names its model, its services (a module with save, submit, approve, send_back) and its templates,
which extend those in templates/core/lifecycle/.
"""

from types import ModuleType
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import DetailView, FormView, UpdateView, View
from django.views.generic.detail import SingleObjectMixin
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from apps.core.errors import Conflict, DomainError
from apps.core.form_pages import HeldFormMixin
from apps.core.guard import Guarded
from apps.core.lifecycle import rules
from apps.core.lifecycle import services as lifecycle
from apps.core.lifecycle.enums import Verb
from apps.core.lifecycle.forms import ReportForm, ReturnForm
from apps.core.lifecycle.models import Report
from apps.core.lifecycle.rules import locked_sentence
from apps.core.lifecycle.services import Incomplete
from apps.core.pages import Pages


class ReportMixin(Guarded):
    """Looks a report up among what the user sees."""

    model: type[Report]
    services: ModuleType
    related: tuple[str, ...] = ("organization", "county", "submitted_by", "updated_by")
    room: str  # the app's name in the breadcrumbs
    kwargs: dict[str, Any]

    @property
    def app(self) -> str:
        return self.model._meta.app_label

    def get_queryset(self) -> Any:
        return self.model._default_manager.visible_to(self.request.user).select_related(*self.related)  # type: ignore[attr-defined]

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [(self.room, reverse(f"{self.app}:list")), (str(self.object), None)]  # type: ignore[attr-defined]

    def to(self, name: str, query: str = "") -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse(f"{self.app}:{name}", args=[self.kwargs["pk"]]) + query)


class ReportList(ReportMixin, SingleTableMixin, FilterView):
    """Everything reported here that the user sees; sorts, filters, prints."""

    table_pagination = {"paginator_class": Pages}
    strict = False


class ReportCreate(Guarded, View):
    """A POST begins the draft, then leads to its form."""

    model: type[Report]
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        app = self.model._meta.app_label
        try:
            report = self.begin(**kwargs)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(f"{app}:list")
        return redirect(f"{app}:edit", report.pk)

    def begin(self, *args: Any, **kwargs: Any) -> Report:
        """Make the draft that the address names, or find the one there is."""
        raise NotImplementedError


class ReportDetail(ReportMixin, DetailView):
    """One report: what it says, where it stands, what was done, and what the user may do now."""

    context_object_name = "report"
    has_review = False  # where remarks, comparison and decision have a page of their own (review.py)
    submit_note = "上报后由上级审核，审核期间不能修改；需要修改时可请上级退回。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report, user = self.object, self.request.user
        may_submit = rules.may_submit(user, report)
        steps = list(report.steps.select_related("by").prefetch_related("remarks"))
        return super().get_context_data(
            app=self.app,
            may_edit=rules.may_edit(user, report),
            locked=locked_sentence(report) if rules.is_locked_for(user, report) else "",
            more_time_url=report.more_time_url(user),
            may_submit=may_submit,
            submit_label=report.verb_label(Verb.SUBMIT),
            problems=report.problems() if may_submit else {},
            reviews=self.has_review and rules.decides(user, report),
            decisions=rules.decisions(user, report),
            may_return=rules.may_return(user, report),
            open_remarks=report.open_remarks,
            editions=[step for step in steps if step.edition],
            steps=steps,
            **kwargs,
        )


class ReportEdit(ReportMixin, HeldFormMixin, UpdateView):
    """The draft. Saves itself, survives the end of a session, and tells the second of two people."""

    form_class: type[ReportForm]
    lead = ""  # how long the form takes, and that it saves itself
    context_object_name = "report"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.autosaves = bool(request.headers.get("X-Autosave"))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not self.object.is_editable:
            messages.warning(request, locked_sentence(self.object))
            return self.to("detail")
        form: Any = self.get_form()
        if "check" in request.GET and not self.restored:
            form.show_problems({name: text for name, text in self.object.problems().items() if name})  # the page says "" itself
        return self.render_to_response(self.get_context_data(form=form, restored=self.restored))

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            report = self.save(form)
            lifecycle.answer(report=report, answers=form.answers(), by=self.request.user)
        except Conflict as conflict:
            form.show_their_answers()
            return self.conflict(form, conflict)
        except DomainError as error:
            form.add_error(error.field, error.message)
            return self.form_invalid(form)
        if self.autosaves:
            return JsonResponse({"version": report.version, "saved_at": timezone.localtime().strftime("%H:%M"), **self.told(form)})
        if self.request.POST.get("action") != "check":
            messages.success(self.request, "草稿已保存。")
            return self.to("edit")
        if report.problems():
            return self.to("edit", "?check=1")
        messages.success(self.request, "已保存。请核对下面的内容，核对无误后再上报。")
        return self.to("detail")

    def save(self, form: Any) -> Report:
        """An app with rows or files of its own overrides this."""
        return self.services.save(report=form.instance, by=self.request.user, version=form.cleaned_data["version"])

    def told(self, form: Any) -> dict[str, Any]:
        """What a page that saves itself is told besides: an app with more to say overrides this."""
        return {}

    def form_invalid(self, form: Any) -> HttpResponse:
        if self.autosaves:
            return JsonResponse({"message": form.first_error()}, status=422)
        return super().form_invalid(form)

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        if self.autosaves:
            return JsonResponse({"message": conflict.message}, status=409)
        stored = self.get_queryset().get(pk=form.instance.pk)
        form.show_theirs(stored)
        context = self.get_context_data(form=form, conflict=conflict, stored=stored)
        return self.render_to_response(context, status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        blocked, more_time_url = self.object.problems().get("", ""), self.object.more_time_url(self.request.user)
        return super().get_context_data(
            app=self.app, last_return=self.object.last_return, blocked=blocked, more_time_url=more_time_url, **kwargs
        )


class ReportAct(ReportMixin, SingleObjectMixin, View):
    """One step of the lifecycle, by POST, with the version that the user saw."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        try:
            done = self.act(self.object, version_of(request))
        except Incomplete as incomplete:
            if blocked := incomplete.problems.get(""):  # nothing that the form could mend
                messages.error(request, blocked)
                return self.to("detail")
            messages.error(request, "还有内容没有填好，请补充标红的栏目后再上报。")
            return self.to("edit", "?check=1")
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, done)
        return self.to("detail")

    def act(self, report: Any, version: int) -> str:
        """Take the step; returns the sentence that says what happened."""
        raise NotImplementedError


class ReportSubmit(ReportAct):
    """draft | returned → submitted."""

    def act(self, report: Any, version: int) -> str:
        done = self.services.submit(report=report, by=self.request.user, version=version)
        return f"{done.state_label}。" if not done.is_late else f"{done.state_label}（已超过规定时间，按逾期记录）。"


class ReportApprove(ReportAct):
    """One of the decisions that a submitted report waits for."""

    def act(self, report: Any, version: int) -> str:
        slot = next((each for each in report.slots() if each.key == self.request.POST.get("slot")), None)
        if slot is None or not self.request.user.has_perm(slot.permission, slot.about):
            raise PermissionDenied(self.denied)
        self.services.approve(report=report, slot=slot.key, by=self.request.user, version=version)  # the second of two people is told there
        return f"已{slot.label}。"


class ReportReturn(ReportMixin, HeldFormMixin, SingleObjectMixin, FormView):
    """Send a report back: the reason, and remarks beside what was written."""

    form_class = ReturnForm
    template_name = "core/lifecycle/return.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not rules.may_return(request.user, self.object):
            messages.error(request, f"这份材料{self.object.state_label}，不能由您退回。")
            return self.to("detail")
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "report": self.object, "user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        is_current = version_of(self.request) == self.object.version and self.object.is_returnable
        may = rules.may_return if is_current else rules.decides  # whoever comes too late is told by the service what happened meanwhile
        if not may(self.request.user, self.object):
            raise PermissionDenied(self.denied)
        try:
            self.services.send_back(
                report=self.object,
                by=self.request.user,
                version=version_of(self.request),
                reason=form.cleaned_data["reason"],
                remarks=form.remarks(),
            )
        except DomainError as error:
            form.add_error(error.field, error.message)
            return self.form_invalid(form)
        messages.success(self.request, "已退回，填报单位修改后可以重新上报。")
        return self.to("detail")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(report=self.object, app=self.app, **kwargs)
        form = context["form"]
        said = self.object.open_remarks
        context["passages"] = [
            (passage, box, [remark for remark in said if remark.passage == name])
            for passage, (name, box) in zip(form.passages, form.boxes(), strict=True)
        ]
        return context


def version_of(request: HttpRequest) -> int:
    """The version in a posted form; nonsense is no version, so the step is refused as out of date."""
    value = request.POST.get("version", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
