"""What is told, how it reaches people, and how far a sending has come."""

from django.db import models


class Kind(models.TextChoices):
    """What a notice is about; a person chooses by these what also comes by mail."""

    SUBMITTED = "submitted", "上报"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "办结"
    REMARK = "remark", "审核意见"
    REMINDER = "reminder", "催办"
    DUE = "due", "期限提醒"
    OVERDUE = "overdue", "逾期"
    EXTENSION = "extension", "延期"
    YEAR = "year", "年度安排"
    CONFERENCE = "conference", "联席会议"
    JOB = "job", "任务结果"


URGENT = frozenset({Kind.RETURNED, Kind.REMINDER})  # these do not wait for the daily mail
DATED = frozenset({Kind.DUE, Kind.OVERDUE})  # true on the day they are written, and only while the work is not done


class Channel(models.TextChoices):
    MAIL = "mail", "电子邮件"
    ROBOT = "robot", "群机器人"


class Pace(models.TextChoices):
    AT_ONCE = "at_once", "随时发送"
    DAILY = "daily", "每天汇总成一封"


class State(models.TextChoices):
    """waiting → sending → sent | failed | unknown: whoever was killed while sending leaves what nobody can know."""

    WAITING = "waiting", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    FAILED = "failed", "未送达"
    UNKNOWN = "unknown", "可能已送达"


UNDELIVERED = frozenset({State.FAILED, State.UNKNOWN})  # somebody may decide to send these again

TONES = {Kind.RETURNED: "danger", Kind.OVERDUE: "danger", Kind.REMINDER: "warning", Kind.DUE: "warning", Kind.APPROVED: "success"}
