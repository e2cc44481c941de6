"""Activity rooms (队室) and the dated checklists that say what makes one standard."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import Report, Slot
from apps.organizations.models import Organization, TenantRemark, TenantReport, TenantStep
from apps.rooms.enums import ItemGroup
from apps.rooms.querysets import ChecklistQuerySet, RoomQuerySet

FOUNDED = date(1949, 10, 13)  # of the Young Pioneers: no activity room is older


@pghistory.track()
class Checklist(models.Model):
    """What an activity room must have to be standard, from a day on until a newer checklist replaces it (circular §3.2.3 names no measure).

    Rules differ from place to place and over time, so they are rows: a room is judged by the checklist it was begun under.
    """

    title = models.CharField("名称", max_length=60)
    source = models.CharField("标准出处", max_length=120)
    effective_from = models.DateField("施行日期", unique=True)
    min_area = models.DecimalField("面积标准（平方米）", max_digits=6, decimal_places=1, validators=[MinValueValidator(1)])
    small_area = models.DecimalField("小规模学校面积标准（平方米）", max_digits=6, decimal_places=1, null=True, blank=True)
    small_up_to_classes = models.PositiveSmallIntegerField("小规模学校班级数上限", null=True, blank=True)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        verbose_name = "队室标准"
        verbose_name_plural = "队室标准"
        ordering = ["-effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(small_area__isnull=True, small_up_to_classes__isnull=True)
                | models.Q(small_area__gt=0, small_area__lte=models.F("min_area"), small_up_to_classes__isnull=False),
                name="checklist_small_schools_need_less",
                violation_error_message="小规模学校的面积标准和班级数上限应同时填写，且面积不高于一般标准。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def area_for(self, class_count: int) -> Decimal:
        """The square metres asked of a school of that many classes."""
        if self.small_area is not None and self.small_up_to_classes is not None and class_count <= self.small_up_to_classes:
            return self.small_area
        return self.min_area

    def area_rule(self) -> str:
        """The area threshold in words."""
        rule = f"使用面积不少于 {plain(self.min_area)} 平方米"
        if self.small_area is None:
            return rule
        return f"{rule}，{self.small_up_to_classes} 个班以下（含）的学校不少于 {plain(self.small_area)} 平方米"

    def shortfalls(self, *, area: Decimal | None, threshold: Decimal, present: Collection[str]) -> list[str]:
        """What a room lacks to be standard, as a person says it; empty for a standard room. The one place where this is decided."""
        found = []
        if area is None:
            found.append(f"使用面积（未填写，标准为 {plain(threshold)} 平方米）")
        elif area < threshold:
            found.append(f"使用面积 {plain(threshold - area)} 平方米")
        return found + [item.label for item in self.items.all() if item.required and item.key not in present]


def plain(area: Decimal) -> str:
    """12.0 → "12", 12.5 → "12.5"."""
    return f"{area.normalize():f}"


@pghistory.track()
class ChecklistItem(models.Model):
    """One thing on a checklist: a table, a drum, the chart of the oath."""

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="items", verbose_name="队室标准")
    position = models.PositiveSmallIntegerField("序号")
    key = models.SlugField("代号", max_length=30)
    label = models.CharField("名称", max_length=40)
    group = models.CharField("类别", max_length=20, choices=ItemGroup.choices)
    required = models.BooleanField("必备", default=True)

    class Meta:
        verbose_name = "队室标准项目"
        verbose_name_plural = "队室标准项目"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "key"], name="checklist_item_once"),
            models.UniqueConstraint(fields=["checklist", "position"], name="checklist_item_position_once"),
        ]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class Room(TenantReport):
    """A school's activity room: what its brigade counselor registers and the county confirms (circular §3.2.3)."""

    state_labels: ClassVar = {State.SUBMITTED: "待确认", State.APPROVED: "已确认"}
    verb_labels: ClassVar = {Verb.SUBMIT: "提交", Verb.APPROVE: "确认"}
    content_fields: ClassVar = ("name", "location", "area", "built_on", "items", "description")
    required_fields: ClassVar = ("name", "location", "area", "built_on")

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="rooms", verbose_name="学校", editable=False)
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+", verbose_name="队室标准", editable=False)
    name = models.CharField("队室名称", max_length=40, blank=True, default="少先队队室")
    location = models.CharField("位置", max_length=60, blank=True, help_text="例如“教学楼二楼东侧”。")
    area = models.DecimalField(
        "使用面积（平方米）",
        max_digits=6,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.1"), "使用面积应大于 0。")],
    )
    built_on = models.DateField(
        "启用日期",
        null=True,
        blank=True,
        validators=[MinValueValidator(FOUNDED, "启用日期过早，请核对年份。")],
        help_text="队室开始使用的日期；改建、搬迁的填新队室的启用日期。",
    )
    items = ArrayField(models.CharField(max_length=30), verbose_name="已有设施和用品", default=list, blank=True)
    description = models.TextField("其他说明", blank=True, max_length=500, help_text="与其他用房合用、正在改造等情况，可在此说明。")
    area_needed = models.DecimalField("面积标准", max_digits=6, decimal_places=1, null=True, editable=False)
    is_standard = models.BooleanField("规范队室", default=False, editable=False)

    objects = RoomQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "队室"
        verbose_name_plural = "队室"
        ordering = ["county__position", "organization__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "organization"], name="room_once_for_school"),
            models.CheckConstraint(
                condition=models.Q(area__isnull=True) | models.Q(area__gt=0),
                name="room_has_area",
                violation_error_message="使用面积应大于 0。",
            ),
            models.CheckConstraint(
                condition=models.Q(is_standard=False) | models.Q(area__gte=models.F("area_needed")), name="room_standard_is_large_enough"
            ),
            Report.state_constraint("room_submitted_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.organization}队室"

    def get_absolute_url(self) -> str:
        return reverse("rooms:detail", args=[self.pk])

    def get_items_display(self) -> str:
        return "、".join(item.label for item in self.checklist.items.all() if item.key in self.items)

    def slots(self) -> tuple[Slot, ...]:
        hint = f"确认即核实登记的情况属实。{self.verdict}"
        return (Slot("review", "确认", self.county.office, "rooms.review", self.organization, hint),)

    @property
    def threshold(self) -> Decimal:
        """The square metres asked of this school: of a room that was handed in, what was asked when it was."""
        if self.area_needed is not None and not self.is_editable:
            return self.area_needed
        return self.checklist.area_for(self.organization.school.class_count)

    @property
    def shortfalls(self) -> list[str]:
        return self.checklist.shortfalls(area=self.area, threshold=self.threshold, present=self.items)

    @property
    def verdict(self) -> str:
        """Does it count, in a sentence."""
        if shortfalls := self.shortfalls:
            return f"距标准还差：{'、'.join(shortfalls)}，不计入规范队室。"
        return "达到标准，计入规范队室。"

    def problems(self) -> dict[str, str]:
        found = {**super().problems(), **self.wrong_dates()}
        return {**found, "": closed} if (closed := closed_sentence(str(self.organization), self.organization.school.closed_on)) else found

    def wrong_dates(self) -> dict[str, str]:
        if self.built_on and self.built_on > timezone.localdate():
            return {"built_on": "启用日期不能晚于今天。"}
        return {}

    def clean(self) -> None:
        if wrong := self.wrong_dates():
            raise ValidationError(wrong)

    def to_submitted(self, *, by: Any) -> None:
        super().to_submitted(by=by)
        self._judge()

    def to_approved(self) -> None:
        super().to_approved()
        self._judge()

    def _judge(self) -> None:
        """Keep with the room what it was measured by and whether it counts, so that lists and figures need no second rule in SQL."""
        self.area_needed = self.checklist.area_for(self.organization.school.class_count)
        self.is_standard = not self.shortfalls


def closed_sentence(school: str, closed_on: date | None) -> str:
    """Why a school that is no more has no room to register; empty while the school is open."""
    return f"{school}已撤并，不能登记队室。" if closed_on and closed_on <= timezone.localdate() else ""


class Step(TenantStep):
    """One step in a room's registration; a log, so it needs no history of its own."""

    report = models.ForeignKey(Room, models.PROTECT, related_name="steps")

    class Meta(TenantStep.Meta):
        verbose_name = "办理记录"
        verbose_name_plural = "办理记录"


@pghistory.track()
class Remark(TenantRemark):
    """What a reviewer says about a passage of it."""

    report = models.ForeignKey(Room, models.PROTECT, related_name="remarks")
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="remarks", editable=False)

    class Meta(TenantRemark.Meta):
        pass
