import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from apps.conferences.models import Decision, Meeting, Member
from apps.conferences.selectors import Standing
from apps.core.exports import Sheet
from apps.core.tables import NUMBER, DayColumn, Table

TONES = {"planned": "info", "held": "warning", "confirmed": "success", "called_off": "muted"}
MEMBER_HEADS = ("姓名（成人）", "所在部门", "职务", "召集人", "任职开始", "任职结束")
MEETING_HEADS = ("会议名称", "日期", "时间", "地点", "主持人", "议题", "应到", "出席", "状态", "纪要")
DECISION_HEADS = ("会议", "会议日期", "议定事项", "负责", "完成时限", "进展")


class StandingTable(Table):
    """The joint conferences of all reporting units, side by side."""

    organization = tables.Column("报送单位", accessor="organization__name", order_by="organization__position")
    members = tables.Column("成员", attrs=NUMBER)
    held = tables.Column("已召开 / 约定", attrs=NUMBER)
    last = DayColumn("最近一次", default="—")
    planned = DayColumn("下一次", default="—")
    open_decisions = tables.Column("未办结事项", attrs=NUMBER)

    caption = "各报送单位联席会议"

    def render_organization(self, value: object, record: Standing) -> str:
        return format_html('<a href="{}">{}</a>', reverse("conferences:unit", args=[record.organization.pk]), value)

    def render_held(self, record: Standing) -> str:
        return f"{record.held} / {record.times}"


class MeetingTable(Table):
    title = tables.Column("会议")
    day = DayColumn("日期", order_by=("day", "pk"))
    place = tables.Column("地点", default="—")
    state = tables.Column("状态", orderable=False, empty_values=())

    class Meta:
        empty_text = "还没有登记会议。"

    def render_title(self, value: str, record: Meeting) -> str:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), value)

    def render_state(self, record: Meeting) -> str:
        return format_html('<span class="tag tag-{}">{}</span>', TONES[record.state], record.state.label)


def sheets(*, members: list[Member], meetings: list[Meeting], decisions: list[Decision]) -> list[Sheet]:
    """The unit's members, meetings and decisions, for a workbook."""
    return [
        Sheet("成员", MEMBER_HEADS, [_member_row(each) for each in members], (14, 14, 26, 10, 14, 14)),
        Sheet("会议", MEETING_HEADS, [_meeting_row(each) for each in meetings], (26, 14, 10, 22, 26, 40, 8, 8, 22, 60)),
        Sheet("议定事项", DECISION_HEADS, [_decision_row(each) for each in decisions], (26, 14, 46, 30, 14, 22)),
    ]


def _member_row(member: Member) -> tuple:
    return (
        member.name,
        member.get_body_display(),
        member.post,
        "是" if member.is_convener else "",
        str(member.since),
        str(member.until or ""),
    )


def _meeting_row(meeting: Meeting) -> tuple:
    presences = [row.presence for row in meeting.attendances.all()]
    return (
        meeting.title,
        str(meeting.day),
        f"{meeting.starts_at:%H:%M}" if meeting.starts_at else "",
        meeting.place,
        str(meeting.chair or ""),
        "\n".join(f"{item.position}. {item}" for item in meeting.agenda.all()),
        len(presences),
        presences.count("present"),
        meeting.state.label,
        meeting.plain_minutes,
    )


def _decision_row(decision: Decision) -> tuple:
    meeting = decision.meeting
    return (str(meeting), str(meeting.day), decision.text, decision.responsible, str(decision.due_on), decision.progress)
