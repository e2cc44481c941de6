"""Work that takes longer than a page may: who asked for it and as what, how far it is, and the file it made (design.md, Jobs)."""

from typing import Any

import pghistory
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.jobs.enums import OPEN, State
from apps.jobs.querysets import JobQuerySet
from apps.organizations.models import RoleHolding, TenantModel


def result_path(job: "Job", filename: str) -> str:
    """Each attempt has a name of its own, so that one which was thought dead writes into nobody's file."""
    return f"jobs/{job.pk}/{job.attempts}"


@pghistory.track()
class Job(TenantModel):
    """One piece of long work that somebody asked for in one of their roles: a year's plans as one file (circular §5.2)."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人", editable=False)
    hat = models.ForeignKey(RoleHolding, models.PROTECT, related_name="+", verbose_name="申请时身份", editable=False)
    kind = models.CharField("种类", max_length=40, editable=False)  # a key of the registry
    title = models.CharField("事项", max_length=120)
    arguments = models.JSONField("参数", default=dict, encoder=DjangoJSONEncoder, editable=False)
    page = models.CharField("页面", max_length=200, blank=True, editable=False)  # where its owner follows it, if that is not its own
    digest = models.CharField(max_length=64, editable=False)  # names what was asked, so that it is not done twice at once
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING, editable=False)
    attempts = models.PositiveSmallIntegerField("次数", default=0, editable=False)
    done = models.PositiveIntegerField("已办", default=0, editable=False)
    total = models.PositiveIntegerField("共", default=0, editable=False)
    sentence = models.CharField("说明", max_length=300, blank=True)
    file = models.FileField("结果", upload_to=result_path, max_length=200, blank=True)
    filename = models.CharField("文件名", max_length=200, blank=True)
    content_type = models.CharField("类型", max_length=100, blank=True)
    size = models.PositiveBigIntegerField("大小", default=0, editable=False)
    created_at = models.DateTimeField("申请时间", default=timezone.now, editable=False)
    heard_at = models.DateTimeField("最近动静", default=timezone.now, editable=False)  # given to the workers, or begun by one
    started_at = models.DateTimeField("开始时间", null=True, editable=False)
    finished_at = models.DateTimeField("结束时间", null=True, editable=False)
    expires_at = models.DateTimeField("保留到", null=True, editable=False)

    objects = JobQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "后台任务"
        verbose_name_plural = "后台任务"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "owner", "hat", "digest"],
                condition=Q(state__in=sorted(OPEN)),
                name="job_once_at_a_time",
                violation_error_message="同样的任务正在办理。",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN), finished_at__isnull=True) | Q(finished_at__isnull=False) & ~Q(state__in=sorted(OPEN)),
                name="job_finished_has_time",
            ),
            models.CheckConstraint(condition=Q(file="") | Q(state=State.DONE), name="job_file_of_a_finished_one"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("jobs:detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_available(self) -> bool:
        """Is its file there to be fetched?"""
        return bool(self.file) and self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def signature(self) -> dict[str, Any]:
        """What the history of its run is signed with."""
        return {"user": self.owner_id, "name": str(self.owner), "role": str(self.hat), "organization": self.hat.organization_id}
