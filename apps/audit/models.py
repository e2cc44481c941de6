"""The log of acts that leave no changed row behind."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from apps.audit.enums import Verb


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

    class Meta:
        verbose_name = "操作记录"
        verbose_name_plural = "操作记录"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["at"], name="act_at"), models.Index(fields=["user", "at"], name="act_user_at")]
        constraints = [models.CheckConstraint(condition=models.Q(verb__in=Verb.values), name="act_verb_known")]

    def __str__(self) -> str:
        return f"{self.name or '匿名'} {self.get_verb_display()} {self.about}".strip()
