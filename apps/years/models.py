"""The reporting year as the city sets it: when each kind of report is taken, from whom, and for whom longer (circular §5.2)."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from apps.core import security
from apps.core.lifecycle.enums import EDITABLE, State
from apps.coverage.models import Year
from apps.organizations.models import Organization, TenantModel, TenantReport
from apps.years import registry
from apps.years.enums import Answer
from apps.years.querysets import ExtensionQuerySet, ReopeningQuerySet, WindowQuerySet

FIRST_YEAR, LAST_YEAR = 2012, 2100
DECIDED_WITHIN = timedelta(days=60)  # after a reopening: what was handed in by its day may still be decided


@pghistory.track()
class Window(models.Model):
    """When the city office takes one kind of report for a year: due by the end of a day, and open a while longer for those who are late.

    Circular §5.2: work plans are due on 10 April.
    """

    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)])
    kind = models.CharField("材料", max_length=20)  # a key of the registry
    opens_on = models.DateField("开始日期")
    due_on = models.DateField("上报期限", help_text="当日 24 时前上报的都算按时。")
    closes_on = models.DateField("截止日期", help_text="期限之后、截止之前上报的，按逾期记录。")
    needs_sign_off = models.BooleanField("须经负责人签发", default=False, help_text="工作人员初审后，再由市少工委办公室负责人签发。")

    objects = WindowQuerySet.as_manager()

    class Meta:
        verbose_name = "填报时间"
        verbose_name_plural = "填报时间"
        ordering = ["-year", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["year", "kind"], name="window_once_a_year"),
            models.CheckConstraint(
                condition=models.Q(opens_on__lte=models.F("due_on"), due_on__lte=models.F("closes_on")),
                name="window_dates_in_order",
                violation_error_message="三个日期应依次为：开始日期、上报期限、截止日期。",
            ),
            models.CheckConstraint(condition=models.Q(year__range=(FIRST_YEAR, LAST_YEAR)), name="window_year_known"),
        ]

    def __str__(self) -> str:
        return f"{self.year}年"

    @classmethod
    def proposed(cls, kind: str, year: int) -> "Window":
        """What the circular suggests, not saved."""
        return cls(kind=kind, year=year, **registry.kind(kind).days(year))

    @property
    def kind_label(self) -> str:
        return registry.kind(self.kind).label

    @property
    def label(self) -> str:
        return f"{self.year}年{self.kind_label}"

    @property
    def due_at(self) -> datetime:
        """The end of the due day in Jiaxing."""
        return timezone.make_aware(datetime.combine(self.due_on, time.max))

    def is_open(self, on: date, until: date | None = None) -> bool:
        """Is it open on a day, for everybody or, where one unit was granted more time, `until` that unit's day?"""
        return self.opens_on <= on <= max(self.closes_on, until or self.closes_on)

    def closed_sentence(self, on: date, until: date | None = None) -> str:
        """Why nothing can be submitted on a day, and who can change that; empty while the window is open."""
        if self.is_open(on, until):
            return ""
        if on < self.opens_on:
            return f"{self.label}从 {self.opens_on:%Y-%m-%d} 开始填报。"
        last = max(self.closes_on, until or self.closes_on)
        return f"{self.label}已于 {last:%Y-%m-%d} 截止填报；如需补报，请向市少工委办公室申请延期。"

    def closed_for(self, organization: Organization, on: date) -> str:
        """The same for one unit, with all that was decided about it: that it need not report, more time, a year that was closed."""
        if exempted := self.exemptions.filter(organization=organization).first():
            return f"{organization}不需要报送{self.label}（{exempted.reason}）。"
        if self.closed_at is None:
            return self.closed_sentence(on, self.until(organization))
        return self.frozen_for(organization, on)

    @cached_property
    def closed_at(self) -> datetime | None:
        """When the city closed its year; nothing in it changes afterwards but by a recorded correction."""
        return Year.objects.closed().filter(pk=self.year).values_list("closed_at", flat=True).first()

    def frozen_for(self, organization: Organization, on: date) -> str:
        """Why nothing that one unit reported changes any more; empty before the year is closed, and while it is reopened for the unit."""
        if self.closed_at is None or self.reopenings.open_on(on).of(organization).exists():
            return ""
        return (
            f"{self.year}年度已于 {timezone.localtime(self.closed_at):%Y-%m-%d} 关闭，{self.label}不再变动；"
            "确有错误需要更正的，请联系市少工委办公室，由其登记原因后重新开放。"
        )

    def until(self, organization: Organization) -> date | None:
        """The last day on which one unit may still hand in, where it was granted more time."""
        granted = self.extensions.granted().filter(organization=organization)
        return granted.aggregate(until=models.Max("until"))["until"]


security.bound("years_window", "false")  # the year is the city's to set


@pghistory.track()
class Exemption(TenantModel):
    """A reporting unit that need not hand in one kind of report in a year: the zones and 市直 report by setting (circular, addressees)."""

    deletable = True

    window = models.ForeignKey(Window, models.PROTECT, related_name="exemptions", editable=False)
    reason = models.CharField("原因", max_length=200)

    class Meta:
        verbose_name = "免报单位"
        verbose_name_plural = "免报单位"
        constraints = [
            models.UniqueConstraint(fields=["county", "organization", "window"], name="exempted_once"),
            models.CheckConstraint(condition=models.Q(organization=models.F("county")), name="exempted_is_a_reporting_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.window}"


@pghistory.track()
class Extension(TenantModel):
    """An application for more time (申请延期): a unit asks, the city grants a day or refuses; what comes then is still late."""

    window = models.ForeignKey(Window, models.PROTECT, related_name="extensions", editable=False)
    reason = models.TextField("申请理由", max_length=500)
    wanted_until = models.DateField("希望延至")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间", default=timezone.now, editable=False)
    answer = models.CharField("结果", max_length=10, choices=Answer.choices, default=Answer.OPEN, editable=False)
    until = models.DateField("批准延至", null=True, blank=True)
    note = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, editable=False)

    objects = ExtensionQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "延期申请"
        verbose_name_plural = "延期申请"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "organization", "window"],
                condition=models.Q(answer=Answer.OPEN),
                name="extension_asked_once_at_a_time",
                violation_error_message="已有一份待批准的延期申请。",
            ),
            models.CheckConstraint(condition=models.Q(organization=models.F("county")), name="extension_of_a_reporting_unit"),
            models.CheckConstraint(
                condition=models.Q(answer=Answer.GRANTED, until__isnull=False)
                | (models.Q(until__isnull=True) & ~models.Q(answer=Answer.GRANTED)),
                name="extension_granted_until_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}申请{self.window.label}延期"

    def get_absolute_url(self) -> str:
        return reverse("years:extension", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.answer == Answer.OPEN


class Reopening(TenantModel):
    """A correction to a closed year: one unit's report is opened again until a day, for a reason; the database lets just that through."""

    append_only = True

    window = models.ForeignKey(Window, models.PROTECT, related_name="reopenings", editable=False)
    reason = models.TextField("更正原因", max_length=500)
    until = models.DateField("开放至")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name="经办人")
    at = models.DateTimeField("时间", default=timezone.now, editable=False)

    objects = ReopeningQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "重新开放"
        verbose_name_plural = "重新开放"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(organization=models.F("county")), name="reopening_of_a_reporting_unit"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="reopening_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"重新开放{self.organization}{self.window.label}"


class YearlyReport(TenantReport):
    """What a reporting unit hands in once a year, in the window of its kind: late, locked and frozen follow from the window alone."""

    window = models.ForeignKey(Window, models.PROTECT, related_name="+", verbose_name="年度", editable=False)

    class Meta:
        abstract = True

    @property
    def year(self) -> int:
        return self.window.year

    @property
    def due_at(self) -> datetime:
        return self.window.due_at

    @cached_property
    def frozen(self) -> str:
        """A closed year's report changes no more, except that what was handed in again in time is still decided for a while."""
        today = timezone.localdate()
        if self.state == State.SUBMITTED and self.window.reopenings.open_on(today - DECIDED_WITHIN).of(self.organization).exists():
            return ""
        return self.window.frozen_for(self.organization, today)

    @property
    def is_editable(self) -> bool:
        return super().is_editable and not self.frozen

    @property
    def is_returnable(self) -> bool:
        return super().is_returnable and not self.window.frozen_for(self.organization, timezone.localdate())

    def open_slots(self) -> tuple[Any, ...]:
        return () if self.frozen else super().open_slots()

    def problems(self) -> dict[str, str]:
        closed = self.window.closed_for(self.organization, timezone.localdate())
        return {**super().problems(), **({"": closed} if closed else {})}

    def more_time_url(self, user: Any) -> str:
        """Where the unit asks for more time, once its report is overdue."""
        overdue = self.state in EDITABLE and timezone.now() > self.due_at
        if not overdue or self.frozen or self.window.closed_at or not user.has_perm("years.ask", self.organization):
            return ""
        return reverse("years:ask", args=[self.year, self.window.kind, self.organization_id])
