from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.html import format_html

from apps.core.scope import Scope
from apps.core.tables import NUMBER, DayColumn, Table
from apps.counselors.models import Counselor
from apps.organizations.two_sided.tables import DAYS, SIDES, TwoSidedTable


class ExchangeTable(TwoSidedTable):
    organization = tables.Column("登记学校", order_by=("county__position", "organization__name"))
    type = tables.Column("形式", default="—")
    hours = tables.Column("时数", default="—", attrs=NUMBER)

    caption = "辅导员交流情况"

    class Meta:
        sequence = (*SIDES, "type", *DAYS, "hours", "state", "submitted_at")

    def value_hours(self, value: Decimal) -> float:
        return float(value)

    def render_hours(self, value: Decimal) -> str:
        return floatformat(value)


class CounselorTable(Table):
    """Counselors: where and what they are, since when, and their certificate. A name leads to its page for whoever keeps it (`kept`)."""

    name = tables.Column("姓名")
    post = tables.Column("类别")
    organization = tables.Column("任职单位", order_by=("county__position", "organization__path", "name"))
    since = DayColumn("任职日期")
    until = DayColumn("离任日期", default="—")
    certificate_number = tables.Column("培训证书", default="—")
    certificate_on = DayColumn("发证日期", default="—")

    caption = "辅导员台账"

    class Meta:
        empty_text = "没有找到符合条件的辅导员。"

    def __init__(self, *args: Any, kept: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept

    def render_name(self, value: str, record: Counselor) -> str:
        if record.until or not self.kept.covers(record.organization):
            return value
        return format_html('<a href="{}">{}</a>', reverse("counselors:counselor", args=[record.pk]), value)

    def render_organization(self, value: Any, record: Counselor) -> str:
        return value if value == record.county else format_html('<span>{}<br><span class="hint">{}</span></span>', value, record.county)

    def render_certificate_number(self, value: str, record: Counselor) -> str:
        return format_html('<span>{}<br><span class="hint">{}</span></span>', value, record.certificate_issuer)
