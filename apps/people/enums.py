from django.conf import settings
from django.db import models


class State(models.TextChoices):
    """How an account stands; read from the facts, stored nowhere (querysets.py)."""

    WAITING = "waiting", "未激活"
    ACTIVE = "active", "正常"
    STALE = "stale", "长期未登录"
    DISABLED = "disabled", "已停用"

    @property
    def words(self) -> str:
        """The label, with the number of days that the settings say."""
        return f"{settings.STALE_ACCOUNT_DAYS} 天未登录" if self == State.STALE else str(self.label)


TONES = {State.DISABLED: "muted", State.STALE: "warning", State.WAITING: "info", State.ACTIVE: "success"}
