"""What the portal tells people: the outbox, each reader's line of it, and every sending over another channel."""

from datetime import time
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.notices.enums import TONES, Channel, Kind, Pace, State
from apps.notices.querysets import DeliveryQuerySet, EventQuerySet, NoticeQuerySet, PostQuerySet, RobotQuerySet
from apps.notices.validators import webhook
from apps.organizations.models import Organization, TenantModel

_TO_SEND = models.Q(delivery__isnull=True, send_at__isnull=False)
_OURS = models.Q(url="") | (models.Q(url__startswith="/") & ~models.Q(url__startswith="//"))


class Told(TenantModel):
    """The words of an event, which each reader's notice repeats: a reader may belong to another organization than the matter."""

    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("内容", blank=True)
    url = models.CharField("页面", max_length=300, blank=True)
    due = models.DateTimeField("期限", null=True, blank=True)
    until = models.DateTimeField("有效期至", null=True, blank=True, help_text="过了这个时间不再发送。")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class Event(Told):
    """Something that happened and that people are to be told (circular §5.3): a row of the outbox, written in the act's own transaction.

    It belongs to the organization that the matter is about. Told are those who hold the permission `to` at `addressee`, or one `person`.
    """

    key = models.CharField("编号", max_length=200)
    to = models.CharField("接收权限", max_length=60, blank=True)
    addressee = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="接收单位")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接收人")
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人")
    told_at = models.DateTimeField("通知时间", null=True, blank=True)

    objects = EventQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "事项"
        verbose_name_plural = "事项"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["id"], condition=models.Q(told_at__isnull=True), name="event_untold")]
        constraints = [
            models.UniqueConstraint(fields=["county", "organization", "key"], name="event_told_once"),
            models.CheckConstraint(condition=~models.Q(to="") | models.Q(person__isnull=False), name="event_to_somebody"),
            models.CheckConstraint(condition=_OURS, name="event_leads_to_a_page_of_ours"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="stays_what_it_said",
                fields=["kind", "title", "text", "url", "due", "until", "at", "key", "to", "addressee", "person", "by"],
            )
        ]


@pghistory.track(exclude=["webhook", "secret"])
class Robot(TenantModel):
    """A group robot (钉钉自定义机器人) that repeats in an organization's group what the organization is told.

    Whoever has its address may write into the group, so neither the address nor the secret is shown again.
    """

    name = models.CharField("群名称", max_length=40, help_text="便于辨认，例如“少工委工作群”。")
    webhook = models.CharField("Webhook 地址", max_length=500, validators=[webhook])
    secret = models.CharField("加签密钥", max_length=200, blank=True)
    is_active = models.BooleanField("启用", default=True)

    objects = RobotQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "群机器人"
        verbose_name_plural = "群机器人"
        ordering = ["organization__path", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "organization", "name"],
                name="robot_name_once",
                violation_error_message="本单位已有同名的群机器人，请换一个名称。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        return urlsplit(self.webhook).netloc


class Delivery(TenantModel):
    """One sending over one channel: a mail to a person, or a message to a group, with all the lines that it carries.

    It is claimed in a transaction of its own before it is sent; where that is all that is known, nobody but a person sends it again.
    """

    channel = models.CharField("方式", max_length=10, choices=Channel.choices)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接收人")
    robot = models.ForeignKey(Robot, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name="群机器人")
    subject = models.CharField("标题", max_length=250)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    not_before = models.DateTimeField("发送时间", default=timezone.now)
    created_at = models.DateTimeField("生成时间", default=timezone.now)
    claimed_at = models.DateTimeField("开始发送", null=True, blank=True)
    done_at = models.DateTimeField("结束时间", null=True, blank=True)
    error = models.CharField("原因", max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "发送记录"
        verbose_name_plural = "发送记录"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(state__in=["waiting", "sending"]), name="delivery_under_way"),
            models.Index(fields=["-created_at", "-id"], name="delivery_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel=Channel.MAIL, user__isnull=False, robot__isnull=True)
                | models.Q(channel=Channel.ROBOT, user__isnull=True, robot__isnull=False),
                name="delivery_to_a_person_or_a_group",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.SENDING) | models.Q(claimed_at__isnull=False), name="delivery_sending_is_claimed"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Line(Told):
    """An event as one reader is told it; it goes into at most one sending, which is why the sending is a column of it.

    It belongs to the organization for which the reader is told. It repeats the event's words, and refers to the event without a key of the
    database, for that may be another county's row.
    """

    event = models.ForeignKey(Event, models.PROTECT, related_name="%(class)s_set", db_constraint=False, verbose_name="事项")
    send_at = models.DateTimeField("发送时间", null=True, blank=True, help_text="空：不发送。")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, blank=True, related_name="%(class)s_set", verbose_name="发送记录")

    class Meta:
        abstract = True


class Notice(Line):
    """One person's line of an event, in their inbox and perhaps in a mail.

    Whoever sees its organization's rows may know whether it was read; that it was, the database takes from its reader alone.
    """

    personal: ClassVar = "user_id"

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="接收人")
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "通知"
        verbose_name_plural = "通知"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["user", "-at", "-id"], name="notice_newest"),
            models.Index(fields=["event"], name="notice_of_event"),
            models.Index(fields=["send_at"], condition=_TO_SEND, name="notice_to_mail"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["county", "event", "user"], name="notice_once_to_a_person"),
            models.CheckConstraint(condition=_OURS, name="notice_leads_to_a_page_of_ours"),
        ]

    @property
    def tone(self) -> str:
        return TONES.get(Kind(self.kind), "info")

    def get_absolute_url(self) -> str:
        return self.url or reverse("notices:inbox")


class Post(Line):
    """One group's line of an event, for the robot of an organization whose people are told."""

    robot = models.ForeignKey(Robot, models.PROTECT, related_name="+", verbose_name="群机器人")

    objects = PostQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "群消息"
        verbose_name_plural = "群消息"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["send_at"], condition=_TO_SEND, name="post_to_send")]
        constraints = [
            models.UniqueConstraint(fields=["county", "event", "robot"], name="post_once_to_a_group"),
            models.CheckConstraint(condition=_OURS, name="post_leads_to_a_page_of_ours"),
        ]


@pghistory.track()
class Preference(models.Model):
    """How a person wants to be told besides the inbox: by mail or not, at once or once a day, and when not to be disturbed."""

    personal: ClassVar = "user_id"

    user = models.OneToOneField(User, models.PROTECT, related_name="+", verbose_name="人员", editable=False)
    mail = models.BooleanField("同时发邮件", default=True)
    pace = models.CharField("发送方式", max_length=10, choices=Pace.choices, default=Pace.DAILY)
    digest_hour = models.PositiveSmallIntegerField("汇总时间", default=8, validators=[MaxValueValidator(23)])
    quiet_from = models.TimeField("免打扰从", null=True, blank=True, default=time(21))
    quiet_to = models.TimeField("免打扰到", null=True, blank=True, default=time(7))
    muted = ArrayField(models.CharField(max_length=20, choices=Kind.choices), verbose_name="不发邮件的类别", default=list, blank=True)

    class Meta:
        verbose_name = "通知设置"
        verbose_name_plural = "通知设置"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="quiet_has_two_ends",
                violation_error_message="免打扰的起止时间要么都填，要么都不填。",
            ),
            models.CheckConstraint(condition=models.Q(digest_hour__lte=23), name="digest_hour_of_a_day"),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def of(cls, user: Any) -> "Preference":
        """A person's settings; the house's, not saved, where they have chosen none."""
        return cls.objects.filter(user=user.pk).first() or cls(user_id=user.pk)
