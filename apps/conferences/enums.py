"""Who sits in the joint conference, who came, how a meeting stands, and what is done with its minutes."""

from django.db import models


class Body(models.TextChoices):
    """The body that a member comes from (circular, addressees and §5.2)."""

    COMMITTEE = "committee", "少工委"
    LEAGUE = "league", "团委"
    EDUCATION = "education", "教育局"
    SOCIAL_DEVELOPMENT = "social_development", "社发局"
    OTHER = "other", "其他部门"


class Presence(models.TextChoices):
    PRESENT = "present", "出席"
    EXCUSED = "excused", "请假"
    ABSENT = "absent", "缺席"


class State(models.TextChoices):
    """Follows from the day and from what was recorded; no column holds it."""

    PLANNED = "planned", "待召开"
    HELD = "held", "已召开，纪要待确认"
    CONFIRMED = "confirmed", "已召开，纪要已确认"
    CALLED_OFF = "called_off", "已取消"


class Verb(models.TextChoices):
    CONFIRM = "confirm", "确认纪要"
    REOPEN = "reopen", "重新打开纪要"
    CALL_OFF = "call_off", "取消会议"
