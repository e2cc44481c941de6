from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from apps.core.lifecycle import tags
from apps.core.tables import NUMBER, MomentColumn, Table
from apps.plans.enums import Standing
from apps.plans.selectors import TaskLine
from apps.plans.selectors.boards import Line


class BoardTable(Table):
    """The office's board of a year; works on `Line`, not on a queryset."""

    title = tables.Column("报送单位", accessor="organization__name", order_by="organization__position")
    state = tables.Column("状态", accessor="state_label", order_by="where", empty_values=())
    timing = tables.Column("时限", accessor="timing", order_by="sorted_days")
    submitted_at = MomentColumn("上报时间", accessor="report__submitted_at", default="—")
    remark_count = tables.Column("未解决意见", attrs=NUMBER)
    last_at = MomentColumn("最近动态", default="—")
    reminded = tables.Column("最近催办", order_by="told__event__at", default="—")

    def render_title(self, value: object, record: Line) -> str:
        return format_html('<a href="{}">{}</a>', record.report.get_absolute_url(), value) if record.report else str(value)

    def render_state(self, record: Line) -> str:
        if record.report is not None:
            return tags.state(record.report)
        return tags.mark("muted" if record.where == Standing.DRAFT else "open", record.where.label, late=record.is_late)

    def value_remark_count(self, value: int) -> int:
        return value

    def render_remark_count(self, value: int, record: Line) -> Any:
        if not value or not record.report:
            return "—"
        return format_html('<a href="{}">{}</a>', reverse("plans:review", args=[record.report.pk]), value)


class TaskTable(Table):
    """How far the units are with a year's tasks; works on `TaskLine`. In the circular's order: no ranking."""

    title = tables.Column("单位", accessor="plan__organization__name", orderable=False)
    done = tables.Column("已完成", accessor="doing__done", attrs=NUMBER, orderable=False)
    total = tables.Column("任务数", accessor="doing__total", attrs=NUMBER, orderable=False)
    overdue = tables.Column("逾期", accessor="doing__overdue", attrs=NUMBER, orderable=False)

    def render_title(self, value: object, record: TaskLine) -> str:
        return format_html('<a href="{}">{}</a>', reverse("plans:tasks", args=[record.plan.pk]), value)
