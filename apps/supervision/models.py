"""Supervision reports (督导情况): what a reporting unit issues, sets up and carries out to see the work done (circular §3.2.4)."""

from datetime import date
from typing import Any, ClassVar

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import Passage, Report, Slot
from apps.organizations.models import TenantModel, TenantRemark, TenantStep
from apps.supervision.querysets import SupervisionReportQuerySet
from apps.years.models import YearlyReport


@pghistory.track()
class SupervisionReport(YearlyReport):
    """A reporting unit's supervision in one year: the measures issued, the body set up, the inspections carried out (circular §3.2.4).

    Measures and body may be older than the year and are reported again while they stand; an inspection belongs to its year.
    """

    state_labels: ClassVar = {State.APPROVED: "已接收"}
    verb_labels: ClassVar = {Verb.APPROVE: "接收"}
    content_fields: ClassVar = ("measures_title", "measures_issued_on", "body_name", "body_head", "body_set_up_on")
    parts: ClassVar = (  # each is filled in whole or left out
        ("measures", "督导办法", ("measures_title", "measures_issued_on")),
        ("body", "督导机构", ("body_name", "body_head", "body_set_up_on")),
    )

    measures_title = models.CharField("文件名称", max_length=120, blank=True, help_text="本地督导办法的完整标题；沿用往年办法的照填。")
    measures_issued_on = models.DateField("印发日期", null=True, blank=True)
    body_name = models.CharField("机构名称", max_length=60, blank=True, help_text="例如“少先队工作督导组”。")
    body_head = models.CharField("负责人", max_length=40, blank=True, help_text="姓名和职务。")
    body_set_up_on = models.DateField("成立日期", null=True, blank=True)

    objects = SupervisionReportQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "督导情况"
        verbose_name_plural = "督导情况"
        ordering = ["-window__year", "county__position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "organization", "window"], name="supervision_once_a_year"),
            models.CheckConstraint(condition=models.Q(organization=models.F("county")), name="supervision_of_a_reporting_unit"),
            Report.state_constraint("supervision_submitted_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.organization}{self.year}年督导情况"

    def get_absolute_url(self) -> str:
        return reverse("supervision:detail", args=[self.pk])

    def slots(self) -> tuple[Slot, ...]:
        hint = "接收后计入全市督导情况；需要补充时可以再退回。"
        return (Slot("review", "接收", "市少工委办公室", "supervision.review", self.organization, hint),)

    @property
    def inspection_count(self) -> int:
        return len(self.inspections.all())

    def last_day(self) -> date:
        """Nothing reported for the year happened later."""
        return min(date(self.year, 12, 31), timezone.localdate())

    def problems(self) -> dict[str, str]:
        found = super().problems()
        for _, label, names in self.parts:
            empty = [name for name in names if getattr(self, name) in (None, "")]
            if len(empty) < len(names):
                found |= {name: f"请填写{label}的{self._meta.get_field(name).verbose_name}。" for name in empty}  # type: ignore[union-attr]
        found |= self.wrong_dates()
        inspections = list(self.inspections.all())
        if unfinished := [str(each.position) for each in inspections if not each.is_complete]:
            found["inspections"] = f"第 {'、'.join(unfinished)} 次督导没有填完整（日期、督导对象、发现的问题）。"
        if not inspections and all(getattr(self, name) in (None, "") for name in self.content_fields):
            found["inspections"] = "督导办法、督导机构、督导工作至少填写一项后才能上报。"
        return found

    def wrong_dates(self) -> dict[str, str]:
        """Dates of what stands that lie after the year or in the future: field name → sentence."""
        last = self.last_day()
        return {
            name: f"{self._meta.get_field(name).verbose_name}不能晚于 {last:%Y-%m-%d}。"  # type: ignore[union-attr]
            for name in ("measures_issued_on", "body_set_up_on")
            if getattr(self, name) and getattr(self, name) > last
        }

    def clean(self) -> None:
        if wrong := self.wrong_dates():
            raise ValidationError(wrong)

    def content(self) -> dict[str, Any]:
        return {**super().content(), "inspections": list(self.inspections.values("held_on", "place", "findings", "rectification"))}

    def passages(self) -> list[Passage]:
        return [*super().passages(), Passage("inspections", "督导工作", "\n".join(str(each) for each in self.inspections.all()))]


@pghistory.track()
class Inspection(TenantModel):
    """One inspection of the year: where and when, what was found, and how it was put right (circular §3.2.4)."""

    deletable = True  # the rows of a draft are replaced as a set; what was submitted is kept in the step

    report = models.ForeignKey(SupervisionReport, models.CASCADE, related_name="inspections")
    position = models.PositiveSmallIntegerField("序号")
    held_on = models.DateField("日期", null=True, blank=True)
    place = models.CharField("督导对象", max_length=100, blank=True)
    findings = models.TextField("发现的问题", max_length=1000, blank=True)
    rectification = models.TextField("整改情况", max_length=1000, blank=True)

    class Meta:
        verbose_name = "督导工作"
        verbose_name_plural = "督导工作"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["county", "report", "position"], name="inspection_position_once")]

    def __str__(self) -> str:
        found = f"发现：{self.findings or '未填写'}；整改：{self.rectification or '未填写'}"
        return f"{self.held_on or '日期未填'} {self.place or '对象未填'}。{found}"

    @property
    def is_complete(self) -> bool:
        return bool(self.held_on and self.place and self.findings)


class Step(TenantStep):
    """One step in a supervision report's life; a log, so it needs no history of its own."""

    report = models.ForeignKey(SupervisionReport, models.PROTECT, related_name="steps")

    class Meta(TenantStep.Meta):
        verbose_name = "办理记录"
        verbose_name_plural = "办理记录"


@pghistory.track()
class Remark(TenantRemark):
    """What a reviewer says about a passage of it."""

    report = models.ForeignKey(SupervisionReport, models.PROTECT, related_name="remarks")
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="remarks", editable=False)

    class Meta(TenantRemark.Meta):
        pass
