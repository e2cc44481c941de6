from typing import Any

import django_tables2 as tables
from django.utils.html import format_html

from apps.core.ledgers import registry
from apps.core.tables import NUMBER, MomentColumn, Table
from apps.exchange.models import Upload
from apps.exchange.selectors.standings import standing


class UploadTable(Table):
    """What has been sent, the latest first."""

    filename = tables.Column("文件", linkify=True)
    ledger = tables.Column("台账")
    by = tables.Column("导入人", order_by="by__name")
    created_at = MomentColumn("上传时间")
    new = tables.Column("新增", attrs=NUMBER)
    changed = tables.Column("修改", attrs=NUMBER)
    unchanged = tables.Column("不变", attrs=NUMBER)
    wrong = tables.Column("有误", attrs=NUMBER)
    state = tables.Column("状态")

    file_name = "导入记录"

    class Meta:
        model = Upload
        fields = ("filename", "ledger", "by", "created_at", "new", "changed", "unchanged", "wrong", "state")
        sequence = fields
        empty_text = "没有符合条件的导入记录，请清除条件再看。"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = {ledger.key: ledger.label for ledger in registry.declared()}

    def render_ledger(self, value: str) -> str:
        return self.labels.get(value, value)

    def render_state(self, record: Upload) -> str:
        tone, words = standing(record)
        return format_html('<span class="tag tag-{}">{}</span>', tone, words)
