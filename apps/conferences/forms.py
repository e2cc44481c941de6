"""The forms of the joint conference. No field is about a child: members are adults in office, attendance is theirs."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils import timezone

from apps.conferences import selectors
from apps.conferences.enums import Presence
from apps.conferences.models import Attachment, Decision, Meeting, Member, Rhythm
from apps.conferences.services import decisions, meetings, members
from apps.core.forms import DATE, SeenForm, refuse_slips
from apps.core.rich_fields import RichField
from apps.core.uploads import MAX_FILES, FilesField
from apps.organizations.models import Organization

FIRST_YEAR, LAST_YEAR = 2012, 2100
MAX_ITEMS, MAX_ITEM, MAX_MINUTES = 30, 200, 20_000
MINUTES_HELP = "写明讨论的情况和意见；议定的事项另外逐条登记。也可以不写，附上盖章的纪要文件。"


class MemberForm(SeenForm):
    class Meta:
        model = Member
        fields = members.FACTS
        widgets = {"body": forms.RadioSelect, "since": DATE}
        labels = {"is_convener": "担任召集人"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, ("since",), 1990, timezone.localdate().year + 1)
        return data


class MemberEndForm(forms.Form):
    until = forms.DateField(
        label="任职结束", widget=DATE, help_text="从这一天起不再是成员。", error_messages={"required": "请填写任职结束日期。"}
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, ("until",), 1990, timezone.localdate().year + 1)
        return data


class RhythmForm(SeenForm):
    class Meta:
        model = Rhythm
        fields = members.RHYTHM


class MeetingForm(SeenForm):
    """When, where and about what; the agenda is typed an item a line."""

    agenda = forms.CharField(
        label="议题",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="每行一项，按会议的次序填写。会议通知和纪要会带上序号。",
    )

    class Meta:
        model = Meeting
        fields = meetings.FACTS
        widgets = {"day": DATE, "starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
        error_messages = {"starts_at": {"invalid": "请填写正确的时间，例如 14:00。"}}

    def __init__(self, *args: Any, unit: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chair: Any = self.fields["chair"]
        chair.queryset = Member.objects.of(unit).active_on(self.instance.day or timezone.localdate()) | Member.objects.of(unit).filter(
            pk=self.instance.chair_id
        )
        chair.empty_label = "还没有确定"
        if self.instance.pk:
            self.initial["agenda"] = self.instance.agenda_text

    def seen_besides(self, row: Any) -> tuple[str, ...]:
        return (row.agenda_text,) if row.pk else ()

    def show_theirs(self, stored: Any) -> None:
        super().show_theirs(stored)
        field: Any = self.fields["agenda"]
        if self.cleaned_data.get("agenda") != stored.agenda_text.split("\n"):
            field.theirs = stored.agenda_text or "（空）"

    def clean_agenda(self) -> list[str]:
        items = [line.strip() for line in self.cleaned_data["agenda"].splitlines() if line.strip()]
        if len(items) > MAX_ITEMS:
            raise forms.ValidationError(f"最多 {MAX_ITEMS} 项议题，现在有 {len(items)} 项，请合并几项。")
        if long := [number for number, item in enumerate(items, start=1) if len(item) > MAX_ITEM]:
            raise forms.ValidationError(f"第 {long[0]} 项议题太长，每项最多 {MAX_ITEM} 字，请写简短些。")
        return items

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, ("day",), FIRST_YEAR, timezone.localdate().year + 2)
        return data


class MinutesForm(SeenForm):
    """What was said, who came, and the papers."""

    uploads = FilesField(label="添加附件")
    remove = forms.ModelMultipleChoiceField(
        Attachment.objects.none(), label="移除附件", required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Meeting
        fields = ("minutes",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"] = RichField(
            label="纪要", help_text=MINUTES_HELP, max_length=MAX_MINUTES, stored=self.instance.minutes, required=False
        )
        self.fields["remove"].queryset = self.instance.attachments.all()  # type: ignore[attr-defined]
        recorded = {row.member_id: row.presence for row in self.instance.attendances.all()}
        self.members = list(Member.objects.sitting_in(self.instance))
        for member in self.members:
            self.fields[f"presence_{member.pk}"] = forms.ChoiceField(
                label=str(member), choices=Presence.choices, widget=forms.RadioSelect, initial=recorded.get(member.pk, Presence.PRESENT)
            )

    def seen_besides(self, row: Any) -> tuple[str, ...]:
        return (row.attendance_text,)

    def show_theirs(self, stored: Any) -> None:
        super().show_theirs(stored)
        fields: Any = self.fields
        fields["minutes"].theirs = "" if stored.minutes == self.cleaned_data.get("minutes") else stored.plain_minutes or "（空）"
        for row in stored.attendances.all():
            name = f"presence_{row.member_id}"
            if name in fields and self.cleaned_data.get(name) != row.presence:
                fields[name].theirs = row.get_presence_display()

    def presence_fields(self) -> Iterator[Any]:
        return (self[f"presence_{member.pk}"] for member in self.members)

    def presences(self) -> dict[Member, str]:
        return {member: self.cleaned_data[f"presence_{member.pk}"] for member in self.members}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        added, removed = data.get("uploads", []), data.get("remove", [])
        if added and self.instance.attachments.count() - len(removed) + len(added) > MAX_FILES:
            self.add_error("uploads", f"附件最多 {MAX_FILES} 个，请先移除不需要的附件。")
        return data


class DecisionForm(SeenForm):
    """What is done, by whom, until when. Who answers is chosen from those who can."""

    responsible = forms.ChoiceField(label="负责", help_text="可以是一位成员、一个部门，或者一个单位。")

    class Meta:
        model = Decision
        fields = decisions.FACTS
        widgets = {"due_on": DATE, "text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(label, [(name, name) for name in names]) for label, names in selectors.who_may_answer(meeting=meeting)]
        known = {name for _, choices in groups for name, _ in choices}
        if self.instance.responsible and self.instance.responsible not in known:  # a member whose post is another by now
            groups.insert(0, ("原来登记的", [(self.instance.responsible,) * 2]))
        field: Any = self.fields["responsible"]
        field.choices = [("", "请选择"), *groups]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_slips(self, ("due_on",), FIRST_YEAR, LAST_YEAR)
        return data


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="会记录在会议的办理过程中。",
        error_messages={"required": "请写明理由。"},
    )
