"""Work plans (统筹城乡队建工作方案), their stages and attachments, and the window in which a year's plans are handed in."""

from datetime import date, datetime, time
from typing import Any, ClassVar

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.core.lifecycle.models import Passage, Report, Slot
from apps.organizations.models import TenantLook, TenantModel, TenantRemark, TenantReport, TenantStep
from apps.plans.querysets import AttachmentQuerySet, WindowQuerySet


@pghistory.track()
class Window(models.Model):
    """A year for which the city office takes plans: due on 10 April, and open a while longer for those who are late (circular §5.2)."""

    year = models.PositiveSmallIntegerField("年度", primary_key=True, validators=[MinValueValidator(2012), MaxValueValidator(2100)])
    opens_on = models.DateField("开始日期")
    due_on = models.DateField("上报期限")
    closes_on = models.DateField("截止日期", help_text="期限之后、截止之前上报的，按逾期记录。")

    objects = WindowQuerySet.as_manager()

    class Meta:
        verbose_name = "填报时间"
        verbose_name_plural = "填报时间"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_on__lte=models.F("due_on"), due_on__lte=models.F("closes_on")),
                name="window_dates_in_order",
                violation_error_message="三个日期应依次为：开始日期、上报期限、截止日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年"

    @classmethod
    def proposed(cls, year: int) -> "Window":
        """What the circular suggests, not saved: from New Year on, due on 10 April."""
        return cls(year=year, opens_on=date(year, 1, 1), due_on=date(year, 4, 10), closes_on=date(year, 12, 31))

    @property
    def due_at(self) -> datetime:
        """The end of the due day in Jiaxing."""
        return timezone.make_aware(datetime.combine(self.due_on, time.max))

    def is_open(self, on: date) -> bool:
        return self.opens_on <= on <= self.closes_on

    def closed_sentence(self, on: date) -> str:
        """Why nothing can be submitted on a day, and who can change that; empty while the window is open."""
        if self.is_open(on):
            return ""
        if on < self.opens_on:
            return f"{self.year}年工作方案从 {self.opens_on:%Y-%m-%d} 开始填报。"
        return f"{self.year}年工作方案已于 {self.closes_on:%Y-%m-%d} 截止填报；如需补报，请联系市少工委办公室延长时间。"


@pghistory.track()
class Plan(TenantReport):
    """A reporting unit's plan for the year: goals, tasks, measures, stages with dates and people (circular §5.2)."""

    content_fields: ClassVar = ("goals", "tasks", "measures", "leader", "contact")
    required_fields: ClassVar = ("goals", "tasks", "measures", "leader", "contact")

    window = models.ForeignKey(Window, models.PROTECT, related_name="plans", verbose_name="年度", editable=False)
    goals = models.TextField("目标任务", blank=True, max_length=4000, help_text="本年度要达到的目标，尽量写明数量和时间。")
    tasks = models.TextField("重点工作", blank=True, max_length=8000, help_text="组织建设、活动开展、有形化建设、机制建设等方面的安排。")
    measures = models.TextField("工作措施", blank=True, max_length=8000, help_text="联席会议、结对共建、辅导员交流、督导等保障措施。")
    leader = models.CharField("负责人", blank=True, max_length=40, help_text="姓名和职务。")
    contact = models.CharField("联系人及电话", blank=True, max_length=60, help_text="便于市少工委办公室联系。")

    class Meta:
        verbose_name = "工作方案"
        verbose_name_plural = "工作方案"
        ordering = ["-window", "county__position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "organization", "window"], name="plan_once_a_year"),
            models.CheckConstraint(condition=models.Q(organization=models.F("county")), name="plan_of_a_reporting_unit"),
            Report.state_constraint("plan_submitted_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.organization}{self.window_id}年工作方案"

    def get_absolute_url(self) -> str:
        return reverse("plans:detail", args=[self.pk])

    @property
    def year(self) -> int:
        return self.window_id

    @property
    def due_at(self) -> datetime:
        return self.window.due_at

    def slots(self) -> tuple[Slot, ...]:
        hint = "通过后方案即为定稿；需要修改时可以再退回。"
        return (Slot("review", "通过", "市少工委办公室", "plans.review", self.organization, hint),)

    def problems(self) -> dict[str, str]:
        found = super().problems()
        stages = list(self.stages.all())
        if not stages:
            found["stages"] = "请至少填写一个实施步骤。"
        elif unfinished := [str(stage.position) for stage in stages if not stage.is_complete]:
            found["stages"] = f"第 {'、'.join(unfinished)} 个实施步骤没有填完整（工作内容、起止日期、责任人）。"
        if closed := self.window.closed_sentence(timezone.localdate()):
            found[""] = closed
        return found

    def content(self) -> dict[str, Any]:
        return {
            **super().content(),
            "stages": list(self.stages.values("title", "starts_on", "ends_on", "responsible")),
            "attachments": list(self.attachments.values("name", "size", "sha256")),
        }

    def passages(self) -> list[Passage]:
        return [*super().passages(), Passage("stages", "实施步骤", "\n".join(str(stage) for stage in self.stages.all()))]


@pghistory.track()
class Stage(TenantModel):
    """One step of a plan: what is done from when to when, and who answers for it."""

    deletable = True  # the rows of a draft are replaced as a set; what was submitted is kept in the step

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
