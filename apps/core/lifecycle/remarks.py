"""What a reviewer says about a passage of a report, and what a reader has read of it: abstract, an app brings its tables."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

_PERSON: Any = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "related_name": "+", "editable": False}
MAX_REMARK = 1000
WHOLE = ""  # the passage of what is drafted about the report as a whole: the reason of a return


class Remark(models.Model):
    """One remark on one passage: drafted while reading, sent with a return, answered by who filed the report, resolved by a reviewer.

    The app's table adds `report`, and `step`, the return it went out with; until then it is seen by reviewers alone. Once sent its words
    stay (apps/core/lifecycle/locks.py).
    """

    passage = models.CharField("栏目代号", max_length=80, blank=True, editable=False)
    label = models.CharField("栏目", max_length=80, editable=False)  # as it was called then: a section may be renamed
    text = models.TextField("意见", max_length=MAX_REMARK, blank=True)
    by = models.ForeignKey(**_PERSON, verbose_name="提出人")
    at = models.DateTimeField("提出时间", default=timezone.now, editable=False)
    answer = models.TextField("答复", max_length=MAX_REMARK, blank=True)
    answered_by = models.ForeignKey(**_PERSON, null=True, verbose_name="答复人")
    answered_at = models.DateTimeField("答复时间", null=True, editable=False)
    resolved_by = models.ForeignKey(**_PERSON, null=True, verbose_name="办结人")
    resolved_at = models.DateTimeField("办结时间", null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]
        verbose_name = "审核意见"
        verbose_name_plural = "审核意见"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["county", "report", "passage", "by"], condition=Q(step__isnull=True), name="%(app_label)s_remark_drafted_once"
            ),
            models.CheckConstraint(
                condition=Q(step__isnull=False) | Q(answered_at__isnull=True, resolved_at__isnull=True),
                name="%(app_label)s_remark_answered_once_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.text}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


class Look(models.Model):
    """The step of a report that somebody last read, because they said so or decided: the app's table adds `report` and `step`."""

    outlives_the_year = True  # a reader's own mark, written also after the year was closed

    reader = models.ForeignKey(**_PERSON, verbose_name="审阅人")
    at = models.DateTimeField("审阅时间", default=timezone.now, editable=False)

    class Meta:
        abstract = True
        verbose_name = "审阅记录"
        verbose_name_plural = "审阅记录"
        constraints: ClassVar = [models.UniqueConstraint(fields=["county", "report", "reader"], name="%(app_label)s_look_once")]
