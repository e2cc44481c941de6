from typing import Any

import django_tables2 as tables
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html

from apps.core.tables import MomentColumn, Table
from apps.jobs.enums import State
from apps.jobs.models import Job

TONES = {State.WAITING: "muted", State.RUNNING: "info", State.DONE: "success", State.FAILED: "danger", State.CANCELLED: "muted"}


class JobTable(Table):
    """One's own jobs, the newest first."""

    title = tables.Column("事项", linkify=True)
    state = tables.Column("状态")
    created_at = MomentColumn("申请时间")
    file = tables.Column("结果", empty_values=(), orderable=False)

    file_name = "后台任务"

    class Meta:
        model = Job
        fields = ("title", "state", "created_at", "file")
        sequence = fields

    def render_state(self, value: Any, record: Job) -> str:
        return format_html('<span class="tag tag-{}">{}</span>', TONES[State(record.state)], record.get_state_display())

    def render_file(self, record: Job) -> str:
        if record.is_available:
            return f"{record.filename}（{filesizeformat(record.size)}）"
        if record.page and not record.is_open:
            return format_html('<a href="{}">{}</a>', record.page, record.sentence or "查看")
        return record.sentence or "—"
