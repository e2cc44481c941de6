from django.db.models import TextChoices


class State(TextChoices):
    """Where a file stands on its way in."""

    READING = "reading", "正在检查"
    CHECKED = "checked", "待确认"
    APPLIED = "applied", "已导入"
    UNDONE = "undone", "已撤回"
    REFUSED = "refused", "不能读取"
    DROPPED = "dropped", "已放弃"
