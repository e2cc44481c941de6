"""A report about two schools of the city, perhaps of two reporting units: both sides see it, one of them files it."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.organizations.models import Organization, TenantRemark, TenantReport, TenantStep
from apps.organizations.two_sided.querysets import TwoSidedQuerySet
from apps.organizations.two_sided.validators import ENDS_FIRST, NOT_WITH_ONESELF

# What its lists name: both schools and their units; its pages name their towns and the people too.
LISTED = ("organization", "county", "partner", "partner_county")
RELATED = ("organization__parent", "county", "partner__parent", "partner_county", "submitted_by", "updated_by", "created_by")
BOTH_SIDES = (("county_id", "organization_id"), ("partner_county_id", "partner_id"))


class TwoSidedReport(TenantReport):
    """What a school reports about itself and a partner for a year (circular §4.1, §4.3).

    The partner is there from the first draft: schools are chosen first, words come later. The draft is the filing school's alone; the
    partner sees it once it has been handed in.
    """

    scope_columns = BOTH_SIDES

    year = models.PositiveSmallIntegerField("年度", editable=False, validators=[MinValueValidator(2012), MaxValueValidator(2100)])
    partner = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="对方学校", editable=False)
    partner_county = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="对方报送单位", editable=False)
    starts_on = models.DateField("开始日期", null=True, blank=True)
    ends_on = models.DateField("结束日期", null=True, blank=True)

    objects = TwoSidedQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        abstract = True
        ordering = ["-year", "-pk"]
        indexes = [models.Index(fields=["-year", "-id"], name="%(class)s_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(partner=F("organization")),
                name="%(class)s_not_with_oneself",
                violation_error_message=NOT_WITH_ONESELF,
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="%(class)s_dates_in_order",
                violation_error_message=ENDS_FIRST,
            ),
            TenantReport.state_constraint("%(class)s_submitted_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.organization}与{self.partner}"

    def get_absolute_url(self) -> str:
        return reverse(f"{self._meta.app_label}:detail", args=[self.pk])

    @property
    def crosses_counties(self) -> bool:
        return self.county_id != self.partner_county_id

    def problems(self) -> dict[str, str]:
        found = super().problems()
        if self.starts_on and self.ends_on and not self.starts_on.year <= self.year <= self.ends_on.year:
            found["starts_on"] = f"起止日期不在{self.year}年内，请核对日期或年度。"
        return found

    def content(self) -> dict[str, Any]:
        return {**super().content(), "year": self.year, "organization": str(self.organization), "partner": str(self.partner)}


class TwoSidedStep(TenantStep):
    """A step of such a report, seen from both sides; it stays with those who were its two sides when it was taken."""

    scope_columns = BOTH_SIDES

    partner = models.ForeignKey(Organization, models.PROTECT, related_name="+", editable=False)
    partner_county = models.ForeignKey(Organization, models.PROTECT, related_name="+", editable=False)

    class Meta(TenantStep.Meta):
        abstract = True
        verbose_name = "办理记录"
        verbose_name_plural = "办理记录"


class TwoSidedRemark(TenantRemark):
    """A remark on such a report, seen from both sides once it was sent."""

    scope_columns = BOTH_SIDES

    partner = models.ForeignKey(Organization, models.PROTECT, related_name="+", editable=False)
    partner_county = models.ForeignKey(Organization, models.PROTECT, related_name="+", editable=False)

    class Meta(TenantRemark.Meta):
        abstract = True
