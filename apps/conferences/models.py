"""The joint conference (联席会议) of a reporting unit: who sits in it, how often it meets, what was discussed and what was decided."""

from datetime import date
from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.conferences.enums import Body, Presence, State, Verb
from apps.conferences.querysets import DecisionQuerySet, MeetingQuerySet, MemberQuerySet
from apps.conferences.triggers import confirmed_stays, part_stays
from apps.core import rich_text
from apps.organizations.models import TenantModel
from apps.plans.models import Task

_PERSON: Any = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "related_name": "+", "editable": False}


def of_reporting_unit(name: str) -> models.CheckConstraint:
    """A joint conference is a reporting unit's."""
    return models.CheckConstraint(condition=models.Q(organization=models.F("county")), name=name)


@pghistory.track()
class Member(TenantModel):
    """Somebody who sits in the joint conference for their body: an adult in office, with their post (circular §5.2)."""

    name = models.CharField("姓名", max_length=40)
    body = models.CharField("所在部门", max_length=20, choices=Body.choices)
    post = models.CharField("职务", max_length=60, help_text="单位和职务写全，例如“区教育局副局长”。")
    is_convener = models.BooleanField("召集人", default=False)
    since = models.DateField("任职开始")
    until = models.DateField("任职结束", null=True, blank=True, help_text="从这一天起不再是成员。")

    objects = MemberQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "联席会议成员"
        verbose_name_plural = "联席会议成员"
        ordering = ["-is_convener", "body", "pk"]
        constraints = [
            of_reporting_unit("member_of_a_reporting_unit"),
            models.UniqueConstraint(
                fields=["county", "organization", "name", "post"],
                condition=models.Q(until__isnull=True),
                name="member_once",
                violation_error_message="这位成员已经登记，请勿重复登记。",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="member_until_after_since",
                violation_error_message="任职结束不能早于任职开始。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.post}）"

    def get_absolute_url(self) -> str:
        return reverse("conferences:unit", args=[self.organization_id])


@pghistory.track()
class Rhythm(TenantModel):
    """How often the conference meets, as a reporting unit agreed; without one, as the settings say: once a term."""

    times = models.PositiveSmallIntegerField("每年召开次数", validators=[MinValueValidator(1), MaxValueValidator(12)])
    habit = models.CharField("例会时间", max_length=100, blank=True, help_text="例如“每学期开学后一个月内”。")

    class Meta:
        verbose_name = "联席会议会期"
        verbose_name_plural = "联席会议会期"
        constraints = [
            of_reporting_unit("rhythm_of_a_reporting_unit"),
            models.UniqueConstraint(fields=["county", "organization"], name="rhythm_once"),
            models.CheckConstraint(condition=models.Q(times__range=(1, 12)), name="rhythm_times_possible"),
        ]

    def __str__(self) -> str:
        return f"每年 {self.times} 次{f'，{self.habit}' if self.habit else ''}"

    @property
    def ends(self) -> list[tuple[int, int]]:
        """The months by whose end each meeting of a year is due, counted from 1: two meetings are due by the ends of June and December."""
        return [(number, 12 * number // self.times) for number in range(1, self.times + 1)]


@pghistory.track()
class Meeting(TenantModel):
    """One meeting of the joint conference: called for a day, held with an agenda, recorded in minutes (circular §5.2).

    Confirmed minutes stay as they are, by the database; who leads the county committee may reopen them with a reason.
    """

    title = models.CharField("会议名称", max_length=60)
    day = models.DateField("日期")
    starts_at = models.TimeField("时间", null=True, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    chair = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主持人")
    minutes = models.TextField("纪要", blank=True)  # cleaned text (apps/core/rich_text.py)
    created_by = models.ForeignKey(**_PERSON, verbose_name="记录人")
    confirmed_at = models.DateTimeField("确认时间", null=True, editable=False)
    called_off_at = models.DateTimeField("取消时间", null=True, editable=False)

    objects = MeetingQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "联席会议"
        verbose_name_plural = "联席会议"
        ordering = ["-day", "-pk"]
        constraints = [
            of_reporting_unit("meeting_of_a_reporting_unit"),
            models.UniqueConstraint(
                fields=["county", "organization", "title"],
                condition=models.Q(called_off_at__isnull=True),
                name="meeting_title_once",
                violation_error_message="已有同名的会议，请核对是否重复登记。",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True) | models.Q(called_off_at__isnull=True),
                name="meeting_called_off_has_no_minutes",
            ),
        ]
        triggers: ClassVar = [confirmed_stays()]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("conferences:meeting", args=[self.pk])

    @property
    def year(self) -> int:
        return self.day.year

    @property
    def when(self) -> str:
        """The day as a notice writes it, with the hour where it is known."""
        hour = f" {self.starts_at:%H:%M}" if self.starts_at else ""
        return f"{self.day.year}年{self.day.month}月{self.day.day}日{hour}"

    @property
    def state(self) -> State:
        return self.state_on(timezone.localdate())

    def state_on(self, today: date) -> State:
        if self.called_off_at:
            return State.CALLED_OFF
        if self.confirmed_at:
            return State.CONFIRMED
        return State.HELD if self.day <= today else State.PLANNED

    @property
    def agenda_text(self) -> str:
        """One item a line, as it is edited."""
        return "\n".join(item.title for item in self.agenda.all())

    @property
    def attendance_text(self) -> str:
        return "\n".join(f"{row.member_id} {row.presence}" for row in self.attendances.all())

    @property
    def plain_minutes(self) -> str:
        return rich_text.plain(self.minutes)


class MeetingPart(TenantModel):
    """A row that belongs to a meeting."""

    deletable = True  # until the minutes are confirmed

    class Meta:
        abstract = True


@pghistory.track()
class AgendaItem(MeetingPart):
    """One item of a meeting's agenda."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField("序号")
    title = models.CharField("议题", max_length=200)

    class Meta:
        verbose_name = "议题"
        verbose_name_plural = "议题"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["county", "meeting", "position"], name="agenda_position_once")]
        triggers: ClassVar = [part_stays()]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class Attendance(MeetingPart):
    """Whether a member came to a meeting."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    member = models.ForeignKey(Member, models.PROTECT, related_name="attendances", verbose_name="成员")
    presence = models.CharField("出席情况", max_length=10, choices=Presence.choices)

    class Meta:
        verbose_name = "出席情况"
        verbose_name_plural = "出席情况"
        ordering = ["-member__is_convener", "member__body", "member"]
        constraints = [models.UniqueConstraint(fields=["county", "meeting", "member"], name="attendance_once")]
        triggers: ClassVar = [part_stays()]

    def __str__(self) -> str:
        return f"{self.member} {self.get_presence_display()}"


@pghistory.track()
class Decision(MeetingPart):
    """What a meeting decided: what is done, who answers for it, by when. With confirmed minutes it becomes a task of the year's plan."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="decisions", editable=False)
    position = models.PositiveSmallIntegerField("序号", editable=False)
    text = models.CharField("议定事项", max_length=200)
    responsible = models.CharField("负责", max_length=60)  # a member, a body or a unit, as it was called then
    due_on = models.DateField("完成时限")
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="decisions", editable=False, verbose_name="工作任务")

    objects = DecisionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "议定事项"
        verbose_name_plural = "议定事项"
        ordering = ["meeting", "position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "meeting", "position"], name="decision_position_once"),
            models.UniqueConstraint(fields=["county", "task"], name="decision_has_a_task_of_its_own"),
        ]
        triggers: ClassVar = [part_stays("text", "responsible", "due_on")]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return f"{reverse('conferences:meeting', args=[self.meeting_id])}#decisions"

    @property
    def progress(self) -> str:
        """How far it has come, in words."""
        if self.task:
            return str(self.task.progress.label)
        return f"待{self.meeting.year}年方案通过" if self.meeting.confirmed_at else "纪要待确认"


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Files are kept by content, not by the name a user gave them."""
    return f"conferences/{attachment.meeting_id}/{attachment.sha256}"


@pghistory.track()
class Attachment(MeetingPart):
    """A file with the minutes: the signed paper, a presentation."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attachments")
    file = models.FileField("文件", upload_to=attachment_path, max_length=200)
    name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = "会议附件"
        verbose_name_plural = "会议附件"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["county", "meeting", "sha256"], name="attachment_once_in_meeting")]
        triggers: ClassVar = [part_stays()]

    def __str__(self) -> str:
        return self.name


class Step(TenantModel):
    """Minutes were confirmed, or reopened, or a meeting was called off: who, when and why. A log."""

    append_only: ClassVar = True

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="steps")
    verb = models.CharField("步骤", max_length=10, choices=Verb.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    on_behalf_of = models.CharField("经办单位", max_length=60)
    at = models.DateTimeField("时间", default=timezone.now)
    reason = models.CharField("理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "会议办理记录"
        verbose_name_plural = "会议办理记录"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.meeting} {self.get_verb_display()}"
