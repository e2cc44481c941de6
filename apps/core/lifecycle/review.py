"""Reading what was handed in: passage beside remarks, what changed since, and deciding on the same page; and approved texts."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.views.generic import DetailView, FormView
from django.views.generic.detail import SingleObjectMixin

from apps.core.errors import Conflict, DomainError
from apps.core.form_pages import HeldFormMixin
from apps.core.lifecycle import rules
from apps.core.lifecycle import services as lifecycle
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.forms import ReviewForm
from apps.core.lifecycle.models import Report
from apps.core.lifecycle.readings import reading
from apps.core.lifecycle.views import ReportMixin, version_of


class ReportReview(ReportMixin, HeldFormMixin, SingleObjectMixin, FormView):
    """One report for who decides about it. Remarks save themselves while they are written; every button keeps them first.

    Buttons send `action`: save, read, return, approve:<slot>, resolve:<remark>, reopen:<remark>. The app's services have note, resolve,
    approve and send_back; its model has `looks`.
    """

    form_class = ReviewForm
    template_name = "core/lifecycle/review.html"
    object: Any

    def get_object(self, queryset: Any = None) -> Any:
        found = super().get_object(queryset)
        if not rules.decides(self.request.user, found):
            raise PermissionDenied(self.denied)
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return self.frozen() if self.object.frozen else self.render_to_response(self.get_context_data())

    def frozen(self) -> HttpResponse:
        """Nothing is remarked upon any more: the report's own page shows it, and why."""
        messages.warning(self.request, self.object.frozen)
        return self.to("detail")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if self.object.frozen:
            return self.frozen()
        form = self.get_form()
        if not form.is_valid():
            if request.headers.get("X-Autosave"):
                return JsonResponse({"message": form.first_error()}, status=422)
            return self.form_invalid(form)
        try:
            self.services.note(report=self.object, by=request.user, texts=form.remarks())
            if request.headers.get("X-Autosave"):
                return JsonResponse({"version": version_of(request), "saved_at": timezone.localtime().strftime("%H:%M")})
            done, is_over = self.act(*request.POST.get("action", "save").partition(":")[::2], form)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = 409 if isinstance(error, Conflict) else 200
            return self.render_to_response(self.get_context_data(form=form), status=status)
        messages.success(request, done)
        return self.to("detail") if is_over else HttpResponseRedirect(request.get_full_path())

    def act(self, verb: str, argument: str, form: Any) -> tuple[str, bool]:
        """Do what a button asks; returns the sentence that says what happened, and whether the reading is over."""
        facts = {"report": self.object, "by": self.request.user}
        match verb:
            case "read":
                lifecycle.mark_read(**facts)
                return "已标为已阅；对方再次上报后，这里会标出改动的地方。", False
            case "resolve" | "reopen":
                self.services.resolve(remark=int(argument) if argument.isdecimal() else 0, done=verb == "resolve", **facts)
                return ("已标为解决。" if verb == "resolve" else "已改回未解决。"), False
            case "return":
                return self.send_back(form), True
            case "approve":
                return self.approve(argument), True
        return "意见已保存，退回时发给填报单位。", False

    def send_back(self, form: Any) -> str:
        self._refuse_strangers(rules.may_return(self.request.user, self.object))
        facts = {"report": self.object, "by": self.request.user, "version": version_of(self.request)}
        self.services.send_back(reason=form.cleaned_data["reason"], remarks={}, **facts)
        lifecycle.mark_read(report=self.object, by=self.request.user)
        return "已退回，填报单位修改后可以重新上报。"

    def approve(self, key: str) -> str:
        slot = next((each for each in self.object.slots() if each.key == key), None)
        if slot is None or not self.request.user.has_perm(slot.permission, slot.about):
            raise PermissionDenied(self.denied)
        facts = {"report": self.object, "by": self.request.user, "version": version_of(self.request)}
        self.services.approve(slot=slot.key, **facts)
        lifecycle.mark_read(report=self.object, by=self.request.user)
        return f"已{slot.label}。"

    def _refuse_strangers(self, may: bool) -> None:
        """Whoever comes too late is told by the service what happened meanwhile; who never could is refused."""
        if version_of(self.request) == self.object.version and self.object.is_returnable and not may:
            raise PermissionDenied(self.denied)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "report": self.object, "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(report=self.object, app=self.app, **kwargs)
        report, user, asked = self.object, self.request.user, self.request.GET
        return {
            **context,
            "restored": self.restored,
            "reading": reading(report=report, user=user, boxes=context["form"].boxes(), since=asked.get("since", "")),
            "shows_all": "all" in asked,
            "decisions": rules.decisions(user, report),
            "may_return": rules.may_return(user, report),
            "waiting": "" if rules.may_return(user, report) else waiting_sentence(report),
        }


def waiting_sentence(report: Report) -> str:
    """Why there is nothing to decide for this reader, and who is next."""
    if report.frozen:
        return report.frozen
    if report.state == State.RETURNED:
        return "已退回，等填报单位修改后重新上报。现在写下的意见先保存着，下次退回时发出。"
    who = "、".join(dict.fromkeys(slot.who for slot in report.open_slots()))
    return f"等待{who}办理。" if who else ""


class ReportEdition(ReportMixin, DetailView):
    """A text that was approved, as it was then, for good."""

    template_name = "core/lifecycle/edition.html"
    context_object_name = "report"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        editions = list(self.object.steps.filter(edition__isnull=False).select_related("by"))
        step = next((each for each in editions if each.edition == self.kwargs["edition"]), None)
        if step is None:
            raise Http404
        return super().get_context_data(app=self.app, step=step, editions=editions, newest=editions[-1], **kwargs)
