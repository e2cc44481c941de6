from django.db import models


class Standing(models.TextChoices):
    """Where a unit stands with its plan of a year, as the board of the office names and filters it."""

    NOT_BEGUN = "none", "未填报"
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已上报"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"


MISSING = frozenset({Standing.NOT_BEGUN, Standing.DRAFT, Standing.RETURNED})  # who is reminded


class Progress(models.TextChoices):
    """Where a task stands: never stored, it follows from its days and from whether it was reported done."""

    OVERDUE = "overdue", "逾期"
    RUNNING = "running", "进行中"
    COMING = "coming", "未开始"
    DONE = "done", "已完成"
    DROPPED = "dropped", "不再安排"


OPEN = frozenset({Progress.OVERDUE, Progress.RUNNING, Progress.COMING})
