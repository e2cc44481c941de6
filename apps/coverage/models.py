"""Years, targets, and what the engine derives from the registers: the eligible list and the figures of every level (circular §3.2)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from apps.core.fields import LtreeField
from apps.coverage.querysets import ExemptionQuerySet, FactCorrectionQuerySet, FactQuerySet, FigureQuerySet, YearQuerySet
from apps.coverage.registry import Indicator, indicators
from apps.coverage.triggers import FREEZE_ADDED, FREEZE_FACTS, FREEZE_FIGURES, FREEZE_REMOVED
from apps.organizations.models import Organization, TenantModel


@pghistory.track(exclude=["computed_on", "computed_at", "drift"])
class Year(models.Model):
    """A year of work whose coverage is counted: as of today while it runs, as of its last day afterwards, and frozen once closed."""

    year = models.PositiveSmallIntegerField("年度", primary_key=True, validators=[MinValueValidator(2012), MaxValueValidator(2100)])
    closed_at = models.DateTimeField("关闭时间", null=True, editable=False)
    computed_on = models.DateField("统计截止日", null=True, editable=False)  # the day the figures speak of; null: to be counted anew
    computed_at = models.DateTimeField("全面计算时间", null=True, editable=False)
    drift = models.PositiveIntegerField("不一致处", default=0, editable=False)  # rows that the last full count had to put right

    objects = YearQuerySet.as_manager()

    class Meta:
        verbose_name = "年度"
        verbose_name_plural = "年度"
        ordering = ["-year"]

    def __str__(self) -> str:
        return f"{self.year}年"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    def day(self, today: date) -> date:
        """The day of which its figures speak."""
        return min(today, date(self.year, 12, 31))


def _percentage(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(percent__gte=Decimal(0), percent__lte=Decimal(100)),
        name=name,
        violation_error_message="目标应在 0 到 100 之间。",
    )


@pghistory.track()
class Target(models.Model):
    """What share is to be reached in a year (circular §3.2); it holds until a later year replaces it. A county may have its own."""

    indicator = models.CharField("指标", max_length=40)
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(2012), MaxValueValidator(2100)])
    county = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报送单位")
    percent = models.DecimalField("目标（%）", max_digits=5, decimal_places=2)
    reason = models.CharField("单独设定的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "目标"
        verbose_name_plural = "目标"
        ordering = ["indicator", "year"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "year", "county"], name="target_once_a_year", nulls_distinct=False),
            _percentage("target_is_a_percentage"),
            models.CheckConstraint(
                condition=models.Q(county__isnull=True) | ~models.Q(reason=""),
                name="target_of_a_county_has_a_reason",
                violation_error_message="为一个报送单位单独设定目标，请写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年 {self.percent.normalize():f}%"


@pghistory.track()
class Milestone(models.Model):
    """A step on the way to a year's target (分步目标): what share is to be reached by a day within the year. A county may have its own."""

    deletable = True

    indicator = models.CharField("指标", max_length=40)
    due_on = models.DateField("完成日期")
    county = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报送单位")
    percent = models.DecimalField("目标（%）", max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = "分步目标"
        verbose_name_plural = "分步目标"
        ordering = ["indicator", "due_on"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "due_on", "county"], name="milestone_once_a_day", nulls_distinct=False),
            _percentage("milestone_is_a_percentage"),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.percent.normalize():f}%"


def _frozen(name: str, changed: str) -> list[pgtrigger.Trigger]:
    """Refuse every change to the rows of a closed year, but for what a recorded correction says."""
    shared: dict[str, Any] = {"when": pgtrigger.After, "level": pgtrigger.Statement}
    old, new = pgtrigger.Referencing(old="old_rows"), pgtrigger.Referencing(new="new_rows")
    both = pgtrigger.Referencing(old="old_rows", new="new_rows")
    return [
        pgtrigger.Trigger(name=f"{name}_freeze_insert", operation=pgtrigger.Insert, referencing=new, func=FREEZE_ADDED, **shared),
        pgtrigger.Trigger(name=f"{name}_freeze_update", operation=pgtrigger.Update, referencing=both, func=changed, **shared),
        pgtrigger.Trigger(name=f"{name}_freeze_delete", operation=pgtrigger.Delete, referencing=old, func=FREEZE_REMOVED, **shared),
    ]


class Fact(TenantModel):
    """One line of a year's eligible list (应覆盖名单): an organization that counts for an indicator, and whether it is covered.

    Derived: only the engine writes it. `path` is the organization's line at the time of counting, so a closed year keeps its tree.
    """

    deletable = True

    year = models.ForeignKey(Year, models.PROTECT, related_name="facts", verbose_name="年度")
    indicator = models.CharField("指标", max_length=40)
    groups = ArrayField(models.TextField(), verbose_name="分类")  # what it is: keys of the indicator's groups
    ways = ArrayField(models.TextField(), verbose_name="覆盖形式")  # by what it is covered: keys of the indicator's ways
    covered = models.BooleanField("已覆盖")
    path = LtreeField()

    objects = FactQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "应覆盖单位"
        verbose_name_plural = "应覆盖名单"
        constraints = [
            models.UniqueConstraint(fields=["county", "year", "indicator", "organization"], name="fact_once_a_year"),
        ]
        indexes = [models.Index(fields=["year", "indicator", "organization"], name="fact_of_organization")]
        triggers = _frozen("fact", FREEZE_FACTS)

    def __str__(self) -> str:
        return f"{self.organization} {self.year_id} {self.indicator}"


# Under row-level security no index over a path is used: an operator that might leak comes after its conditions. One over keys is.
_ABOVE = models.Func(
    models.F("path"), template="CASE WHEN nlevel(%(expressions)s) > 1 THEN subpath(%(expressions)s, -2, 1)::text::bigint END"
)


class Figure(TenantModel):
    """How many are covered of how many, at one node of the tree: of the whole (`part` is empty), of each group, and by each way.

    Derived: the sum of the facts whose line passes through the node.
    """

    deletable = True

    year = models.ForeignKey(Year, models.PROTECT, related_name="figures", verbose_name="年度")
    indicator = models.CharField("指标", max_length=40)
    part = models.CharField("部分", max_length=20, blank=True)
    covered = models.PositiveIntegerField("已覆盖")
    total = models.PositiveIntegerField("应覆盖")
    path = LtreeField()
    above = models.GeneratedField(expression=_ABOVE, output_field=models.BigIntegerField(), db_persist=True)  # the node above, on that line

    objects = FigureQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "覆盖数字"
        verbose_name_plural = "覆盖数字"
        constraints = [
            models.UniqueConstraint(fields=["county", "year", "indicator", "organization", "part"], name="figure_once_a_year"),
            models.CheckConstraint(condition=models.Q(covered__lte=models.F("total")), name="figure_never_over_whole"),
        ]
        indexes = [
            models.Index(fields=["organization", "year"], name="figure_of_node"),
            models.Index(fields=["above", "year"], name="figure_right_below"),
        ]
        triggers = _frozen("figure", FREEZE_FIGURES)

    def __str__(self) -> str:
        return f"{self.organization} {self.year_id} {self.indicator} {self.covered}/{self.total}"


@pghistory.track()
class Exemption(TenantModel):
    """An organization that is not counted for an indicator from a day on, and why: it stands in no eligible list while this holds."""

    indicator = models.CharField("指标", max_length=40)
    since = models.DateField("起始日期")
    until = models.DateField("恢复日期", null=True, editable=False)  # the first day on which it counts again
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name="经办人")
    at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = ExemptionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "不列入统计的单位"
        verbose_name_plural = "不列入统计的单位"
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "organization", "indicator"], condition=models.Q(until__isnull=True), name="exemption_holds_once"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="exemption_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")), name="exemption_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["indicator", "organization"], name="exemption_of_organization")]

    def __str__(self) -> str:
        return f"{self.organization} {self.indicator}"


class FactCorrection(TenantModel):
    """A fact of a closed year that was wrong: what it said, what it says now, and why. The database lets exactly that through."""

    append_only = True

    year = models.ForeignKey(Year, models.PROTECT, related_name="corrections", verbose_name="年度", editable=False)
    indicator = models.CharField("指标", max_length=40, editable=False)
    covered = models.BooleanField("更正后已覆盖", editable=False)  # before, it said the opposite
    reason = models.TextField("更正原因", max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name="经办人")
    at = models.DateTimeField("时间", default=timezone.now, editable=False)

    objects = FactCorrectionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "数字更正"
        verbose_name_plural = "数字更正"
        ordering = ["-at", "-pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="fact_correction_has_a_reason")]
        indexes = [models.Index(fields=["year", "indicator", "organization"], name="correction_of_fact")]

    def __str__(self) -> str:
        return f"{self.organization} {self.year_id} {self.indicator}"

    @property
    def measured(self) -> Indicator | None:
        """The indicator, while the portal still has it."""
        return next((each for each in indicators() if each.key == self.indicator), None)


class Change(TenantModel):
    """An organization whose facts may differ from the figures: a trigger notes it with every write, the next reader settles it.

    Rows are only added and taken, never merged: a note that is there already may be taken by a reader who does not see the new write yet.
    """

    deletable = True

    source = models.CharField("来源表", max_length=63)

    class Meta:
        verbose_name = "待计算的变动"
        verbose_name_plural = "待计算的变动"

    def __str__(self) -> str:
        return f"{self.organization} {self.source}"
