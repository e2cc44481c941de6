"""The conferences of all units side by side, and one unit's: its members, its rhythm, its meetings and what they decided."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import DetailView, TemplateView, View
from django.views.generic.detail import SingleObjectMixin

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.audit.taking import Taken
from apps.conferences import selectors, tables
from apps.conferences.forms import MemberEndForm, MemberForm, RhythmForm
from apps.conferences.jobs import ZIP
from apps.conferences.models import Attachment, Decision, Meeting, Member
from apps.conferences.services import members as register
from apps.conferences.views.pages import ConferenceForm, ConferencePage
from apps.core.errors import Conflict, DomainError
from apps.core.exports import FORMATS, workbook
from apps.core.guard import Guarded
from apps.core.pages import Pages
from apps.core.tables import arranged
from apps.core.throttle import EXPORT
from apps.jobs import services as jobs
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization


class ConferenceList(Guarded, Taken, TemplateView):
    """How often each unit has met in a year, and what is still to be done; a unit is led to its own page."""

    permission = "conferences.view"
    template_name = "conferences/list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        scope = scope_for(request.user, "conferences.view")
        if not scope.everything:
            return redirect("conferences:unit", Organization.objects.in_scope(scope).counties().get().pk)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, today = self.request.user, timezone.localdate()
        years = selectors.years(user=user, today=today)
        year = next((each for each in years if str(each) == self.request.GET.get("year")), today.year)
        standings = selectors.standings(year=year, today=today, user=user)
        table = arranged(self.request, tables.StandingTable(standings))
        table.caption = f"{year}年各报送单位联席会议"
        totals = selectors.totals(standings)
        return super().get_context_data(years=years, year=year, totals=totals, table=table, **kwargs)


class UnitPage(ConferencePage, DetailView):
    """One unit's joint conference."""

    template_name = "conferences/unit.html"
    context_object_name = "unit"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unit, today = self.object, timezone.localdate()
        meetings = Meeting.objects.of(unit)
        held = meetings.in_year(today.year).held_by(today).count()
        return super().get_context_data(
            may_edit=self.request.user.has_perm("conferences.edit", unit),
            members=Member.objects.of(unit).active_on(today),
            former=Member.objects.of(unit).ended_by(today),
            pace=selectors.pace(rhythm=selectors.rhythm_of(unit), held=held, year=today.year),
            coming=meetings.planned_after(today).first(),
            today=today,
            has_files=Attachment.objects.filter(meeting__in=meetings).exists(),
            table=arranged(self.request, tables.MeetingTable(meetings, order_by="-day"), pages=Pages),
            decisions=Decision.objects.of(unit).outstanding().with_meeting(),
            **kwargs,
        )


class UnitExport(ConferencePage, SingleObjectMixin, View):
    """Members, meetings and decisions of one unit as a workbook."""

    throttle = EXPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        unit = self.get_object()
        members, meetings = list(Member.objects.of(unit)), list(Meeting.objects.of(unit).with_parts())
        decisions = list(Decision.objects.of(unit).with_meeting())
        file = workbook(tables.sheets(members=members, meetings=meetings, decisions=decisions))
        audit.record(Verb.EXPORT, f"{unit}联席会议", details={"format": "xlsx", "organization": str(unit)})
        return FileResponse(file, as_attachment=True, filename=f"{unit}联席会议.xlsx", content_type=FORMATS["xlsx"])


class UnitArchive(ConferencePage, SingleObjectMixin, View):
    """Ask for all attachments of one unit's meetings as one file; a job makes it."""

    http_method_names = ["post"]

    def post(self, request: Any, **kwargs: Any) -> HttpResponse:
        unit = self.get_object()
        try:
            job = jobs.start(kind=ZIP, title=f"{unit}联席会议附件", organization=unit, by=request.user, arguments={"unit": unit.pk})
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("conferences:unit", unit.pk)
        return redirect(job)


class MemberRegister(ConferenceForm):
    form_class = MemberForm
    title = "登记成员"
    lead = "约需 1 分钟。只登记单位负责人和有关负责人；届满或调离时填写任职结束，以前的会议记录不变。"

    def form_facts(self) -> dict[str, Any]:
        return {"initial": {"since": timezone.localdate()}}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": Member(organization=self.unit, county=self.unit)}

    def save(self, form: Any) -> str:
        member = register.register(unit=self.unit, by=self.request.user, **form.facts)
        return f"已登记成员{member.name}。"


class MemberPage(ConferenceForm):
    model = Member


class MemberEdit(MemberPage):
    form_class = MemberForm
    lead = "任职期间职务有变化的，直接修改；已确认的纪要和议定事项里的称呼不变。"

    @property
    def title(self) -> str:
        return f"修改成员{self.object.name}"

    def form_facts(self) -> dict[str, Any]:
        return {"instance": self.object}

    def save(self, form: Any) -> str:
        member = register.amend(member=form.instance, seen=form.cleaned_data["seen"], by=self.request.user, **form.facts)
        return f"{member.name}的资料已保存。"


class MemberEnd(MemberPage):
    """A member leaves the conference."""

    form_class = MemberEndForm
    lead = "结束后不再列入应到成员；以前出席的会议和负责的事项都保留。"

    @property
    def title(self) -> str:
        return f"结束{self.object.name}的任职"

    def form_facts(self) -> dict[str, Any]:
        return {"initial": {"until": timezone.localdate()}}

    def save(self, form: Any) -> str:
        member = register.end(member=self.object, until=form.cleaned_data["until"], by=self.request.user)
        return f"{member.name}的任职已于 {member.until} 结束。"


class RhythmEdit(ConferenceForm):
    """How often the conference meets."""

    form_class = RhythmForm
    title = "约定会期"
    lead = "一年内各次会议均匀安排：每年 2 次的，6 月底、12 月底前各召开一次；到期没有召开，工作台会提醒。"

    def form_facts(self) -> dict[str, Any]:
        return {"instance": selectors.rhythm_of(self.unit)}

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        form.instance = selectors.rhythm_of(self.unit)  # of two who agree the first one, the second had nothing to see
        return super().conflict(form, conflict)

    def save(self, form: Any) -> str:
        rhythm = register.agree(unit=self.unit, seen=form.cleaned_data["seen"], by=self.request.user, **form.facts)
        return f"会期已约定：{rhythm}。"
