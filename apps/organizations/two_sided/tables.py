from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html

from apps.core.lifecycle.tables import StateColumn
from apps.core.tables import DayColumn, Table

SCHOOL = '<span>{}<br><span class="hint">{}</span></span>'


SIDES = ("organization", "county", "partner", "partner_county", "year")
DAYS = ("starts_on", "first", "last")  # one cell of the page, two of a file


class TwoSidedTable(Table):
    """Two-sided reports: both schools with their reporting units, dates, and where they stand."""

    organization = tables.Column("发起学校", order_by=("county__position", "organization__name"))
    partner = tables.Column("对方学校", order_by=("partner_county__position", "partner__name"))
    year = tables.Column("年度")
    starts_on = tables.Column("起止日期", default="—", exclude_from_export=True)
    state = StateColumn()
    submitted_at = DayColumn("提交日期", default="—")
    county = tables.Column("报送单位", visible=False)
    partner_county = tables.Column("对方报送单位", visible=False)
    first = DayColumn("开始日期", accessor="starts_on", visible=False)
    last = DayColumn("结束日期", accessor="ends_on", visible=False)

    def value_organization(self, value: Any) -> str:
        return str(value)

    def value_partner(self, value: Any) -> str:
        return str(value)

    def render_organization(self, value: Any, record: Any) -> str:
        return format_html(SCHOOL, format_html('<a href="{}">{}</a>', record.get_absolute_url(), value), record.county)

    def render_partner(self, value: Any, record: Any) -> str:
        return format_html(SCHOOL, value, record.partner_county)

    def render_starts_on(self, value: date, record: Any) -> str:
        if record.ends_on in (None, value):
            return f"{value:%Y-%m-%d}"
        return format_html('<span>{} <span class="nowrap">至 {}</span></span>', f"{value:%Y-%m-%d}", f"{record.ends_on:%Y-%m-%d}")
