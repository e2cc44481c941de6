from decimal import Decimal

import django_tables2 as tables
from django.template.defaultfilters import floatformat

from apps.core.tables import NUMBER
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
