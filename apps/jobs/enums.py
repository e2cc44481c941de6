from django.db import models


class State(models.TextChoices):
    WAITING = "waiting", "排队中"
    RUNNING = "running", "正在办理"
    DONE = "done", "已完成"
    FAILED = "failed", "没有完成"
    CANCELLED = "cancelled", "已取消"


OPEN = frozenset({State.WAITING, State.RUNNING})
