from collections.abc import Sequence

import django_tables2 as tables
from django.utils.html import format_html

from apps.core.tables import DayColumn, MomentColumn, Table
from apps.years.enums import Answer
from apps.years.models import Extension, Window

TONES = {Answer.OPEN: "info", Answer.GRANTED: "success", Answer.REFUSED: "warning", Answer.WITHDRAWN: "muted"}


class YearTable(Table):
    """The years as a file; works on `Standpoint`, as the page does."""

    year = tables.Column("年度")
    state = tables.Column("状态")
    windows = tables.Column("上报期限")

    file_name = "年度"

    def value_windows(self, value: Sequence[Window]) -> str:
        return "，".join(f"{window.kind_label} {window.due_on:%Y-%m-%d}" for window in value)


class ExtensionTable(Table):
    """Applications for more time."""

    caption = "延期申请"
    organization = tables.Column("申请单位", order_by=("organization__position", "pk"))
    window = tables.Column("材料", accessor="window__label", order_by=("window__year", "window__kind", "pk"))
    asked_at = MomentColumn("申请时间")
    wanted_until = DayColumn("希望延至")
    answer = tables.Column("结果")
    until = DayColumn("批准延至", default="—")

    class Meta:
        model = Extension
        fields = ()
        empty_text = "还没有延期申请。"

    def render_organization(self, record: Extension) -> str:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.organization)

    def render_answer(self, record: Extension) -> str:
        return format_html('<span class="tag tag-{}">{}</span>', TONES[Answer(record.answer)], record.get_answer_display())
