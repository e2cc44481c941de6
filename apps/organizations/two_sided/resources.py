"""Ledgers of reports about two schools of the city, perhaps of two reporting units."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import F

from apps.core.ledgers.cells import Name, Whole
from apps.core.ledgers.ledger import Column, Errand, Row
from apps.organizations.resources.base import Spot, town_of
from apps.organizations.resources.reports import ReportLedger
from apps.organizations.two_sided.services import years_open
from apps.organizations.two_sided.validators import NOT_WITH_ONESELF, wrong_dates

PARTNER = ("partner_county", "partner_town", "partner")


class YearCell(Whole):
    """A year: 2026, 2026年, 2026年度."""

    hint = "填四位年份，如 2026"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        return super().clean(re.sub(r"\s*年度?$", "", value) if isinstance(value, str) else value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


YEAR = Column("年度", "year", cell=YearCell(), required=True, key=True, aliases=("年份",), example=2026, width=8)


PARTNER_COUNTY = Column(
    "对方报送单位", "partner_county_name", cell=Name(), key=True, aliases=("对方县（市、区）", "对方区县"), example="秀洲区"
)
PARTNER_TOWN = Column("对方镇（街道）", "partner_town_name", cell=Name(), key=True, aliases=("对方镇", "对方街道"), example="王江泾镇")

PARTNER_SCHOOL = Column(
    "对方学校",
    "partner__name",
    cell=Name(),
    required=True,
    key=True,
    aliases=("对方学校名称", "结对学校", "交流学校"),
    example="王江泾镇中心小学",
    width=24,
)


class TwoSidedLedger(ReportLedger):
    """Its rows stand in the files of both sides; who filed a report is its `organization`, and that side alone writes it."""

    sides = ("organization", "county", "partner", "partner_county", "year")
    related = ("organization", "county", "partner", "partner_county")

    def arranged(self, rows: models.QuerySet) -> models.QuerySet:
        named = {"partner_county_name": F("partner__county__name"), "partner_town_name": town_of("partner__parent")}
        return super().arranged(rows).annotate(**named)

    def listed(self, user: Any) -> models.QuerySet:
        return super().listed(user).order_by("-year", "county__position", "organization__path", "pk")

    def place(self, rows: Sequence[Row], errand: Errand) -> None:
        super().place(rows, errand)
        for row, spot in self.located(rows, errand, PARTNER, None):
            row.facts |= {"partner": spot.pk, "partner_county": spot.county_id}

    def candidates(self, rows: Sequence[Row], errand: Errand) -> models.QuerySet:
        return super().candidates(rows, errand).filter(year__in={self.value(row, "year") for row in rows})

    def partner(self, row: Row, errand: Errand) -> Spot:
        return self.spot(row, errand, PARTNER)

    def examine(self, rows: Sequence[Row], errand: Errand) -> None:
        years = sorted(years_open())
        for row in rows:
            year = self.value(row, "year")
            if row.target is None and year not in years:
                row.fault("year", f"只能录入{years[0]}年至{years[-1]}年的，请核对年度。")
            if row.organization == row.facts["partner"]:
                row.fault("partner", NOT_WITH_ONESELF)
            dates = {name: self.value(row, name) for name in ("starts_on", "ends_on")}
            for name, sentence in wrong_dates(year=year, **dates).items():
                row.fault(name, sentence)

    def whose(self, row: Row) -> Sequence[Any]:
        return (*super().whose(row), row.facts["partner"], row.facts["partner_county"], self.value(row, "year"))
