"""Work plans (统筹城乡队建工作方案): the parts that a year asks for, what a unit writes there, its stages and attachments."""

from datetime import date
from typing import Any, ClassVar

import pghistory
from django.core.validators import validate_slug
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from apps.core import rich_text, security
from apps.core.lifecycle.models import Passage, Report, Slot
from apps.organizations.models import TenantLook, TenantModel, TenantRemark, TenantStep
from apps.organizations.validators import not_in_future
from apps.plans.enums import Progress
from apps.plans.querysets import AttachmentQuerySet, PlanQuerySet, TaskQuerySet
from apps.plans.sections import STAGES
from apps.years.models import Window, YearlyReport


@pghistory.track()
class Section(models.Model):
    """One part that a year's plans have: its title, what to write there, and whether it may be left out (circular §5.2)."""

    deletable = True  # while the year is being set up

    window = models.ForeignKey(Window, models.CASCADE, related_name="sections", editable=False)
    key = models.CharField("标识", max_length=20, validators=[validate_slug], editable=False)
    title = models.CharField("标题", max_length=40)
    guidance = models.CharField("填写提示", max_length=300, blank=True)
    is_required = models.BooleanField("必填", default=True)
    position = models.PositiveSmallIntegerField("次序")

    class Meta:
        verbose_name = "方案部分"
        verbose_name_plural = "方案部分"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["window", "key"], name="section_once_in_window")]

    def __str__(self) -> str:
        return self.title


security.bound("plans_section", "false")  # the template is the city's to set


@pghistory.track()
class Plan(YearlyReport):
    """A reporting unit's plan for the year: written parts, stages with dates and people, and the figures it starts from (circular §5.2)."""

    content_fields: ClassVar = ("leader", "contact")
    other_content: ClassVar = ("texts", "figures")
    required_fields: ClassVar = ("leader", "contact")

    texts = models.JSONField("正文", default=dict, editable=False)  # key of the section → its cleaned text (apps/core/rich_text.py)
    figures = models.JSONField("上报时的数字", default=list, editable=False)  # what coverage said when it was handed in
    leader = models.CharField("负责人", blank=True, max_length=40, help_text="姓名和职务。")
    contact = models.CharField("联系人及电话", blank=True, max_length=60, help_text="便于市少工委办公室联系。")
    reviewed_at = models.DateTimeField("初审时间", null=True, editable=False)
    number = models.PositiveSmallIntegerField("编号", null=True, editable=False)  # given with the first approval, and kept

    objects = PlanQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "工作方案"
        verbose_name_plural = "工作方案"
        ordering = ["-window__year", "county__position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "organization", "window"], name="plan_once_a_year"),
            models.CheckConstraint(condition=models.Q(organization=models.F("county")), name="plan_of_a_reporting_unit"),
            models.UniqueConstraint(fields=["window", "number"], name="plan_number_once_a_year"),
            Report.state_constraint("plan_submitted_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.organization}{self.year}年工作方案"

    def get_absolute_url(self) -> str:
        return reverse("plans:detail", args=[self.pk])

    @cached_property
    def sections(self) -> list[Section]:
        """The parts of its year, in order."""
        return list(self.window.sections.all())

    @property
    def written(self) -> list[tuple[Section, str]]:
        """The parts with what was written there, in order; for the stages nothing."""
        return [(section, self.texts.get(section.key, "")) for section in self.sections]

    def parts(self) -> dict[str, Any]:
        """Everything that is written in the form, part by part: what two people at one plan are compared by."""
        stages = list(self.stages.values(*Stage.WRITTEN))
        written = {section.key: stages if section.key == STAGES else self.texts.get(section.key, "") for section in self.sections}
        return {**written, **{name: getattr(self, name) for name in self.content_fields}}

    def needed(self) -> set[str]:
        return {*super().needed(), *(section.key for section in self.sections if section.is_required)}

    def slots(self) -> tuple[Slot, ...]:
        final = "后方案即为定稿，编号存档；需要修改时可以再退回。"
        if not self.window.needs_sign_off:
            return (Slot("review", "通过", "市少工委办公室", "plans.review", self.organization, f"通过{final}"),)
        hint = "初审通过后，由市少工委办公室负责人签发。"
        first = Slot("review", "初审通过", "市少工委办公室", "plans.review", self.organization, hint, decided_field="reviewed_at")
        return first, Slot("sign", "签发", "市少工委办公室负责人", "plans.sign", self.organization, f"签发{final}", 2, apart=True)

    def problems(self) -> dict[str, str]:
        found = super().problems()
        for section in self.sections:
            if section.key == STAGES:
                found |= self._stage_problems(section)
            elif section.is_required and not self.texts.get(section.key):
                found[section.key] = f"请填写{section.title}。"
        return found

    def _stage_problems(self, section: Section) -> dict[str, str]:
        stages = list(self.stages.all())
        if not stages and section.is_required:
            return {STAGES: "请至少填写一个实施步骤。"}
        if unfinished := [str(stage.position) for stage in stages if not stage.is_complete]:
            return {STAGES: f"第 {'、'.join(unfinished)} 个实施步骤没有填完整（工作内容、起止日期、责任人）。"}
        return {}

    def content(self) -> dict[str, Any]:
        """Everything the plan says, complete in itself: what is read later does not ask the year's template."""
        return {
            "sections": [{"key": section.key, "title": section.title} for section in self.sections],
            "texts": {section.key: self.texts.get(section.key, "") for section in self.sections if section.key != STAGES},
            STAGES: list(self.stages.values(*Stage.WRITTEN)),
            "figures": self.figures,
            **super().content(),
            "attachments": list(self.attachments.values("name", "size", "sha256")),
        }

    def passages(self) -> list[Passage]:
        rows = "\n".join(str(stage) for stage in self.stages.all())
        written = [
            Passage(section.key, section.title, rows)
            if section.key == STAGES
            else Passage(section.key, section.title, rich_text.plain(text), html=text)
            for section, text in self.written
        ]
        figures = "\n".join(f"{each['label']}：{each['covered']}/{each['total']}" for each in self.figures)
        files = "\n".join(str(each) for each in self.attachments.all())
        more = [Passage("figures", "上报时的数字", figures), Passage("attachments", "附件", files)]
        return [*written, *super().passages(), *(each for each in more if each.text)]


@pghistory.track()
class Stage(TenantModel):
    """One step of a plan: what is done from when to when, and who answers for it."""

    deletable = True  # the rows of a draft are replaced as a set; what was submitted is kept in the step
    WRITTEN: ClassVar = ("title", "starts_on", "ends_on", "responsible")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField("序号")
    title = models.CharField("工作内容", max_length=200, blank=True)
    starts_on = models.DateField("开始", null=True, blank=True)
    ends_on = models.DateField("结束", null=True, blank=True)
    responsible = models.CharField("责任人", max_length=60, blank=True)

    class Meta:
        verbose_name = "实施步骤"
        verbose_name_plural = "实施步骤"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "plan", "position"], name="stage_position_once"),
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True) | models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="stage_ends_after_start",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on or '—'} 至 {self.ends_on or '—'} {self.title}（{self.responsible or '责任人未填'}）"

    @property
    def is_complete(self) -> bool:
        return bool(self.title and self.starts_on and self.ends_on and self.responsible)

    def a_year_later(self) -> dict[str, Any]:
        """What was written, with its days a year on."""
        dates = {name: _a_year_on(getattr(self, name)) for name in ("starts_on", "ends_on")}
        return {**{name: getattr(self, name) for name in self.WRITTEN}, **dates}


def _a_year_on(day: date | None) -> date | None:
    """The same day a year later; 29 February becomes 28."""
    if day is None:
        return None
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


@pghistory.track()
class Task(TenantModel):
    """What a unit has to do by a day: a stage of its approved plan, or what a joint conference decided (circular §5.2, 分解任务)."""

    FACTS: ClassVar = ("done_on", "note")  # what its unit reports of it

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="tasks", editable=False)
    title = models.CharField("工作内容", max_length=200)
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")
    responsible = models.CharField("责任人", max_length=60)
    is_stage = models.BooleanField("方案中的步骤", default=False, editable=False)
    source = models.CharField("来源", max_length=100, blank=True)  # who decided what is no stage of the plan: a meeting
    done_on = models.DateField("完成日期", null=True, blank=True, validators=[not_in_future])
    note = models.CharField("完成情况", max_length=300, blank=True)
    dropped_at = models.DateTimeField("不再安排的时间", null=True, editable=False)  # a later edition of the plan left it out

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "工作任务"
        verbose_name_plural = "工作任务"
        ordering = ["starts_on", "ends_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="task_ends_after_start",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('plans:tasks', args=[self.plan_id])}#task-{self.pk}"

    @property
    def progress(self) -> Progress:
        today = timezone.localdate()
        if self.done_on:
            return Progress.DONE
        if self.dropped_at:
            return Progress.DROPPED
        if today > self.ends_on:
            return Progress.OVERDUE
        return Progress.COMING if today < self.starts_on else Progress.RUNNING


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Files are kept by content, not by the name a user gave them."""
    return f"plans/{attachment.plan_id}/{attachment.sha256}"


@pghistory.track()
class Attachment(TenantModel):
    """A file that belongs to a plan."""

    deletable = True  # from a draft; the file itself stays, and the steps say what was attached when

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="attachments")
    file = models.FileField("文件", upload_to=attachment_path, max_length=200)
    name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField("校验值", max_length=64)
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["county", "plan", "sha256"], name="attachment_once_in_plan")]

    def __str__(self) -> str:
        return self.name


class Step(TenantStep):
    """One step in a plan's life; a log, so it needs no history of its own."""

    report = models.ForeignKey(Plan, models.PROTECT, related_name="steps")

    class Meta(TenantStep.Meta):
        verbose_name = "办理记录"
        verbose_name_plural = "办理记录"


@pghistory.track()
class Remark(TenantRemark):
    """What a reviewer says about a passage of it."""

    report = models.ForeignKey(Plan, models.PROTECT, related_name="remarks")
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="remarks", editable=False)

    class Meta(TenantRemark.Meta):
        pass


class Look(TenantLook):
    """What a reviewer has read of a plan."""

    report = models.ForeignKey(Plan, models.PROTECT, related_name="looks")
    step = models.ForeignKey(Step, models.PROTECT, related_name="+")

    class Meta(TenantLook.Meta):
        pass
