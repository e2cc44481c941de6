from typing import Any

import django_tables2 as tables
from django.utils.html import format_html


class TwoSidedTable(tables.Table):
    """Two-sided reports: both schools with their reporting units, dates, and where they stand."""

    organization = tables.Column("发起学校", order_by=("county__position", "organization__name"))
    partner = tables.Column("对方学校", order_by=("partner_county__position", "partner__name"))
    year = tables.Column("年度")
    starts_on = tables.DateColumn("Y-m-d", verbose_name="开始", default="—")
    ends_on = tables.DateColumn("Y-m-d", verbose_name="结束", default="—")
    state = tables.TemplateColumn(template_name="organizations/two_sided/state.html", verbose_name="状态")
    submitted_at = tables.DateColumn("Y-m-d", verbose_name="提交日期", default="—")

    def render_organization(self, value: Any, record: Any) -> str:
        return format_html('<a href="{}">{}</a><br><span class="hint">{}</span>', record.get_absolute_url(), value, record.county)

    def render_partner(self, value: Any, record: Any) -> str:
        return format_html('{}<br><span class="hint">{}</span>', value, record.partner_county)
