from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html

from apps.core.lifecycle import tags
from apps.core.lifecycle.standings import Standing
from apps.core.tables import MomentColumn, Table


class StateColumn(tables.Column):
    """Where the row's report stands, or that there is none yet."""

    def __init__(self, verbose_name: str = "状态", *, report: Callable[[Any], Any] = lambda record: record, **options: Any) -> None:
        super().__init__(verbose_name, empty_values=(), **options)
        self.report = report

    def render(self, record: Any) -> str:
        return tags.state(self.report(record))


class StandingTable(Table):
    """Where organizations stand with a year's report; works on `Standing`, not on a queryset."""

    title = tables.Column("报送单位", accessor="organization__name", order_by="organization__position")
    state = StateColumn(report=lambda standing: standing.report, order_by="state_label")
    submitted_at = MomentColumn("上报时间", accessor="report__submitted_at", default="—")
    decided_at = MomentColumn("办结时间", accessor="report__decided_at", default="—")
    updated_by = tables.Column("最近经办", accessor="report__updated_by__name", default="—")

    def render_title(self, value: object, record: Standing) -> str:
        return _linked(str(value), record)


class LedgerTable(StandingTable):
    """The years of one organization."""

    file_name = "历年上报情况"
    title = tables.Column("年度", accessor="year")

    def render_title(self, value: object, record: Standing) -> str:
        return _linked(f"{value}年", record)


def _linked(text: str, record: Standing) -> str:
    return format_html('<a href="{}">{}</a>', record.report.get_absolute_url(), text) if record.report else text
