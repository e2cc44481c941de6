from django.db import models


class Progress(models.TextChoices):
    """Where a task stands: never stored, it follows from its days and from whether it was reported done."""

    OVERDUE = "overdue", "逾期"
    RUNNING = "running", "进行中"
    COMING = "coming", "未开始"
    DONE = "done", "已完成"
    DROPPED = "dropped", "不再安排"


OPEN = frozenset({Progress.OVERDUE, Progress.RUNNING, Progress.COMING})
