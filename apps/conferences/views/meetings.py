"""One meeting: called, recorded, confirmed, on paper; and what it decided."""

import logging
from io import BytesIO
from typing import Any, ClassVar

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.views.generic import DetailView, View
from django.views.generic.detail import SingleObjectMixin

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.conferences import selectors
from apps.conferences.enums import State
from apps.conferences.forms import DecisionForm, MeetingForm, MinutesForm, ReasonForm
from apps.conferences.models import Attachment, Decision, Meeting
from apps.conferences.services import decisions, meetings
from apps.conferences.tables import TONES
from apps.conferences.views.pages import ConferenceAct, ConferenceForm, ConferencePage, Crumbs
from apps.core.documents import PDF, pdf
from apps.core.errors import DomainError
from apps.core.throttle import EXPORT

log = logging.getLogger(__name__)


class MeetingCall(ConferenceForm):
    """Put down a meeting of a unit."""

    form_class = MeetingForm
    title = "安排会议"
    lead = "约需 3 分钟。保存后通知本单位有关人员；已经开过的会议也在这里补登。"

    def form_facts(self) -> dict[str, Any]:
        title = meetings.default_title(self.unit, timezone.localdate().year)
        instance = Meeting(organization=self.unit, county=self.unit)
        convener = selectors.convener(self.unit)
        return {"unit": self.unit, "instance": instance, "initial": {"title": title, "chair": convener}}

    def save(self, form: Any) -> str:
        agenda = form.cleaned_data["agenda"]
        self.meeting = meetings.call(unit=self.unit, agenda=agenda, by=self.request.user, **form.facts)
        return f"{self.meeting}已保存。"

    def get_success_url(self) -> str:
        return self.meeting.get_absolute_url()


class MeetingPage(ConferencePage):
    model: Any = Meeting
    related = ("organization", "county", "chair")

    @property
    def last_crumbs(self) -> Crumbs:
        return [(str(self.object), None)]


class MeetingDetail(MeetingPage, DetailView):
    """One meeting: what it is about, who came, what was said and decided, and what may be done about it now."""

    template_name = "conferences/meeting.html"
    context_object_name = "meeting"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting, user = self.object, self.request.user
        may_edit = user.has_perm("conferences.edit", meeting)
        locked = meetings.locked_sentence(meeting)
        is_held = meeting.state in (State.HELD, State.CONFIRMED)
        return super().get_context_data(
            may_edit=may_edit and not locked,
            may_confirm=user.has_perm("conferences.confirm", meeting),
            locked=locked if may_edit else "",
            is_held=is_held,
            tone=TONES[meeting.state],
            missing=meetings.missing(meeting) if meeting.state == State.HELD else [],
            seen=meetings.digest(meeting),
            present=selectors.presences(meeting),
            decisions=list(meeting.decisions.with_meeting()),
            steps=meeting.steps.select_related("by"),
            **kwargs,
        )


class OneMeetingForm(MeetingPage, ConferenceForm):
    """A form about one meeting that leads back to it; a meeting that cannot be changed says why and leads there at once."""

    permission = "conferences.edit"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if why := self.refusal():
            messages.warning(request, why)
            return HttpResponseRedirect(self.back_url)
        return super().get(request, *args, **kwargs)

    def refusal(self) -> str:
        return meetings.locked_sentence(self.meeting)

    @property
    def meeting(self) -> Meeting:
        return self.object

    @property
    def back_url(self) -> str:
        return self.meeting.get_absolute_url()

    @property
    def eyebrow(self) -> str:
        return f"{self.unit} · {self.meeting}"

    @property
    def last_crumbs(self) -> Crumbs:
        return [(str(self.meeting), self.back_url), (self.title, None)]


class MeetingEdit(OneMeetingForm):
    form_class = MeetingForm
    title = "修改会议安排"
    lead = "时间、地点有变化的，保存后再次通知本单位有关人员。"

    def form_facts(self) -> dict[str, Any]:
        return {"unit": self.unit, "instance": self.object}

    def save(self, form: Any) -> str:
        facts = {"agenda": form.cleaned_data["agenda"], "seen": form.cleaned_data["seen"], **form.facts}
        return f"{meetings.amend(meeting=form.instance, by=self.request.user, **facts)}已保存。"


class MinutesEdit(OneMeetingForm):
    """What was said, who came, and the papers."""

    form_class = MinutesForm
    template_name = "conferences/minutes_form.html"
    title = "记录纪要"
    lead = "约需 10 分钟。保存后还可以修改，由本单位负责人确认后定稿。"

    def refusal(self) -> str:
        if self.object.state == State.PLANNED:
            return f"会议定于 {self.object.when}召开，召开后再记录纪要。"
        return super().refusal()

    def form_facts(self) -> dict[str, Any]:
        return {"instance": self.object}

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        facts = {"minutes": data["minutes"], "presences": form.presences(), "files": data["uploads"], "remove": data["remove"]}
        return f"{meetings.record(meeting=form.instance, seen=data['seen'], by=self.request.user, **facts)}的纪要已保存。"


class MeetingConfirm(MeetingPage, ConferenceAct):
    permission = "conferences.confirm"

    def act(self) -> str:
        meeting = decisions.confirm(meeting=self.object, seen=self.request.POST.get("seen", ""), by=self.request.user)
        return f"{meeting}的纪要已确认。{selectors.after_confirming(meeting)}"


class MeetingReopen(OneMeetingForm):
    """Confirmed minutes may be changed again; the reason is recorded."""

    permission = "conferences.confirm"
    form_class = ReasonForm
    title = "重新打开纪要"
    lead = "打开后可以修改纪要、出席情况和议定事项，修改好请再次确认。"
    submit_label = "重新打开"

    def refusal(self) -> str:
        return "" if self.object.confirmed_at else "这次会议的纪要没有确认，可以直接修改。"

    def save(self, form: Any) -> str:
        meeting = meetings.reopen(meeting=self.object, reason=form.cleaned_data["reason"], by=self.request.user)
        return f"{meeting}的纪要已重新打开。"


class MeetingCallOff(OneMeetingForm):
    form_class = ReasonForm
    title = "取消会议"
    lead = "取消后不能恢复，需要时请重新安排；本单位有关人员会收到通知。"
    submit_label = "取消会议"

    def save(self, form: Any) -> str:
        return f"{meetings.call_off(meeting=self.object, reason=form.cleaned_data['reason'], by=self.request.user)}已取消。"


class DecisionTake(OneMeetingForm):
    """Put down what a meeting decided."""

    form_class = DecisionForm
    title = "登记议定事项"
    lead = "一件事登记一条。纪要确认后，列为本单位当年工作方案的任务。"

    def refusal(self) -> str:
        return super().refusal() or ("会议召开后再登记议定事项。" if self.object.state == State.PLANNED else "")

    def form_facts(self) -> dict[str, Any]:
        return {"meeting": self.object, "instance": Decision(meeting=self.object, **self.object.tenancy())}

    def save(self, form: Any) -> str:
        decisions.take(meeting=self.object, by=self.request.user, **form.facts)
        return "议定事项已登记。"


class DecisionEdit(OneMeetingForm):
    model = Decision
    related = ("organization", "county", "meeting__organization")
    form_class = DecisionForm
    title = "修改议定事项"

    @property
    def meeting(self) -> Meeting:
        return self.object.meeting

    def form_facts(self) -> dict[str, Any]:
        return {"meeting": self.meeting, "instance": self.object}

    def save(self, form: Any) -> str:
        decisions.amend(decision=form.instance, seen=form.cleaned_data["seen"], by=self.request.user, **form.facts)
        return "议定事项已保存。"


class DecisionDrop(ConferenceAct):
    permission = "conferences.edit"
    model = Decision
    related = ("organization", "county", "meeting__organization")

    def act(self) -> str:
        decisions.drop(decision=self.object, by=self.request.user)
        return "已删去这条议定事项。"


class MeetingPaper(MeetingPage, SingleObjectMixin, View):
    """The notice of a meeting, or its minutes, on a plain sheet."""

    throttle = EXPORT
    paper = "notice"
    names: ClassVar = {"notice": "会议通知", "minutes": "会议纪要"}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = meeting = self.get_object()
        name = self.names[self.paper]
        context = {"meeting": meeting, "present": selectors.presences(meeting), "members": selectors.invited(meeting)}
        try:
            content = pdf(f"conferences/papers/{self.paper}.html", context)
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(meeting.get_absolute_url())
        audit.record(Verb.EXPORT, f"{meeting.organization}{meeting}{name}", details={"format": "pdf"})
        filename = f"{meeting.organization}{meeting}{name}.pdf"
        return FileResponse(BytesIO(content), as_attachment=True, filename=filename, content_type=PDF)


class AttachmentDownload(ConferencePage, DetailView):
    """A file of a meeting that the user sees; always saved, never shown inside the portal."""

    model = Attachment
    related = ("meeting",)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        attachment = self.get_object()
        try:
            file = attachment.file.open()
        except FileNotFoundError:
            log.exception("attachment %s has lost its file", attachment.pk)
            raise Http404 from None
        audit.record(Verb.DOWNLOAD, f"{attachment.meeting}：{attachment.name}", details={"size": attachment.size})
        return FileResponse(file, as_attachment=True, filename=attachment.name, content_type=attachment.content_type)
