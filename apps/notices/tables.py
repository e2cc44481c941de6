import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from apps.core.tables import MomentColumn, Table
from apps.notices.enums import State
from apps.notices.models import Delivery, Robot

TONES = {State.SENT: "success", State.FAILED: "danger", State.UNKNOWN: "warning"}
UNDER = '<br><span class="hint">{}</span>'


class NoticeTable(Table):
    """An inbox as a file; the page shows it as a list."""

    at = MomentColumn("时间")
    kind = tables.Column("类别")
    title = tables.Column("标题")
    text = tables.Column("内容")
    due = MomentColumn("期限")
    read_at = MomentColumn("已读时间")

    file_name = "通知"

    class Meta:
        order_by = ()


class DeliveryTable(Table):
    """What was sent over which channel to whom, and what became of it."""

    created_at = MomentColumn("时间")
    subject = tables.Column("标题", orderable=False)
    reader = tables.Column("接收", orderable=False, empty_values=())
    channel = tables.Column("方式")
    state = tables.Column("状态")

    caption = "发送记录"

    class Meta:
        empty_text = "没有符合条件的发送记录。"

    def render_subject(self, value: str, record: Delivery) -> str:
        return format_html('<a href="{}">{}</a>', reverse("notices:delivery", args=[record.pk]), value)

    def render_reader(self, record: Delivery) -> str:
        return format_html("<span>{}{}</span>", record.user or record.robot, format_html(UNDER, record.organization))

    def render_state(self, value: str, record: Delivery) -> str:
        tag = format_html('<span class="tag tag-{}">{}</span>', TONES.get(State(record.state), "plain"), record.get_state_display())
        return format_html("<span>{}{}</span>", tag, format_html(UNDER, record.error) if record.error else "")


class RobotTable(Table):
    name = tables.Column("群名称")
    organization = tables.Column("单位", order_by="organization__path")
    is_active = tables.Column("状态", orderable=False)
    sent_at = MomentColumn("最近发送", orderable=False, default="还没有")

    caption = "群机器人"

    class Meta:
        empty_text = "还没有设置群机器人。"

    def render_name(self, value: str, record: Robot) -> str:
        return format_html('<a href="{}">{}</a>', reverse("notices:robot", args=[record.pk]), value)

    def render_is_active(self, record: Robot) -> str:
        return "启用" if record.is_active else "已停用"
