"""The nodes below a node on any day, on `DayRow`."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from apps.core.tables import NUMBER, Table
from apps.coverage.registry import Indicator
from apps.coverage.selectors import called_below
from apps.coverage.selectors.days import DayRow
from apps.organizations.models import Organization


class DayTable(Table):
    """The nodes right below, on a day."""

    name = tables.Column("单位", accessor="node")
    percent = tables.Column("覆盖率", accessor="ratio__value", attrs=NUMBER)
    covered = tables.Column(accessor="ratio__covered", attrs=NUMBER)
    missing = tables.Column(accessor="ratio__missing", attrs=NUMBER)
    total = tables.Column("应覆盖", accessor="ratio__total", attrs=NUMBER)

    def __init__(self, data: list[DayRow], *, node: Organization, indicator: Indicator, day: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.columns["covered"].column.verbose_name, self.columns["missing"].column.verbose_name = indicator.done, indicator.undone
        self.node, self.address = node, f"?indicator={indicator.key}&day={day}"
        self.caption = f"{node}各{called_below(node, (row.node for row in data))}{indicator.label}（{day}）"

    def render_name(self, value: Any) -> str:
        if value == self.node:
            return "直属"
        return format_html('<a href="{}{}">{}</a>', reverse("coverage:day", args=[value.pk]), self.address, value)

    def render_percent(self, value: float) -> str:
        return f"{value:.1%}"

    def value_percent(self, value: float) -> float:
        return round(value, 4)
