"""The log of acts that leave no changed row behind."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.audit.enums import Verb
from apps.audit.querysets import ActQuerySet, SealQuerySet
from apps.core.fields import MultirangeField


class Act(models.Model):
    """Somebody signed in, exported, downloaded, looked at contacts, or gave a role: who, as what, for whom, from where, and when.

    Nothing here points at other rows, so that the log outlives them; names are as they were at that time. Anybody's act is added; only who
    sees the whole city reads them.
    """

    append_only: ClassVar = True

    at = models.DateTimeField("时间", default=timezone.now)
    verb = models.CharField("操作", max_length=20, choices=Verb.choices)
    user = models.BigIntegerField("账号编号", null=True, blank=True)
    name = models.CharField("人员", max_length=150, blank=True)
    role = models.CharField("身份", max_length=100, blank=True)
    organization = models.BigIntegerField("单位编号", null=True, blank=True)
    about = models.CharField("内容", max_length=200, blank=True)
    details = models.JSONField("详情", default=dict, blank=True)
    request = models.UUIDField("请求编号", null=True, blank=True)
    address = models.GenericIPAddressField("来源地址", null=True, blank=True)
    url = models.CharField("页面", max_length=300, blank=True)

    objects = ActQuerySet.as_manager()

    class Meta:
        verbose_name = "操作记录"
        verbose_name_plural = "操作记录"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["at", "id"], name="act_at"),
            models.Index(fields=["user", "at", "id"], name="act_user_at"),
            models.Index(fields=["verb", "at", "id"], name="act_verb_at"),
            models.Index(fields=["request"], name="act_request"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(verb__in=Verb.values), name="act_verb_known")]

    def __str__(self) -> str:
        return f"{self.name or '匿名'} {self.get_verb_display()} {self.about}".strip()

    def get_absolute_url(self) -> str:
        return reverse("audit:act", args=[self.pk])


class Seal(models.Model):
    """One link of the chain over all logs: which rows of one table it covers, what they said, and the link before (ADR 008).

    `leaves` are the SHA-256 of the rows in the order of their ids; `digest` is that of the link, the one before included; `mac` signs it
    with AUDIT_KEY, which the database does not have.
    A `complete` link ends a round: what was committed before its `at` is all covered by then.
    """

    append_only: ClassVar = True
    sealed: ClassVar = False

    number = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("封存时间")
    table = models.CharField("日志表", max_length=63)
    ids = MultirangeField("记录编号")
    rows = models.PositiveIntegerField("记录数")
    up_to = models.BigIntegerField("最大编号")
    columns = models.JSONField("各列")
    leaves = models.BinaryField("各行摘要")
    complete = models.BooleanField("封存齐全")
    previous = models.CharField("上一封存", max_length=64, unique=True)
    digest = models.CharField("摘要", max_length=64)
    mac = models.CharField("签名", max_length=64)

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = "日志封存"
        verbose_name_plural = "日志封存"
        ordering = ["number"]
        indexes = [models.Index(fields=["table", "number"], name="seal_of_table")]

    def __str__(self) -> str:
        return f"第 {self.number} 号封存"
