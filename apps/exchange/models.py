"""Workbooks on their way in: the file, and what each of its rows would do, or has done."""

from typing import ClassVar
from uuid import uuid4

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.core.ledgers import registry
from apps.core.ledgers.enums import Outcome
from apps.core.ledgers.ledger import Ledger
from apps.exchange.enums import State
from apps.exchange.querysets import LineQuerySet, UploadQuerySet
from apps.jobs.models import Job
from apps.organizations.models import Organization, TenantModel


def path(upload: "Upload", filename: str) -> str:
    """Nobody's own name is in the address of a file."""
    return f"exchange/{uuid4().hex}"


@pghistory.track()
class Upload(TenantModel):
    """A ledger that somebody sends as a file: checked, shown, then written as a whole, and perhaps taken back (design.md, Exchange)."""

    ledger = models.CharField("台账", max_length=30, editable=False)  # a key of the registry
    file = models.FileField("文件", upload_to=path, max_length=100, editable=False)
    filename = models.CharField("文件名", max_length=200, editable=False)
    size = models.PositiveBigIntegerField("大小", default=0, editable=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.READING, editable=False)
    sentence = models.CharField("说明", max_length=500, blank=True, editable=False)
    present = ArrayField(models.CharField(max_length=40), verbose_name="文件中的列", default=list, editable=False)
    notes = ArrayField(models.CharField(max_length=300), verbose_name="读取说明", default=list, editable=False)
    new = models.PositiveIntegerField("新增", default=0, editable=False)
    changed = models.PositiveIntegerField("修改", default=0, editable=False)
    unchanged = models.PositiveIntegerField("不变", default=0, editable=False)
    wrong = models.PositiveIntegerField("有误", default=0, editable=False)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", editable=False)  # the latest that works at it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导入人", editable=False)
    created_at = models.DateTimeField("上传时间", default=timezone.now, editable=False)
    applied_at = models.DateTimeField("导入时间", null=True, editable=False)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    undone_at = models.DateTimeField("撤回时间", null=True, editable=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)

    objects = UploadQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "导入"
        verbose_name_plural = "导入记录"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="upload_state_known"),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(applied_by__isnull=False, wrong=0), name="upload_written_only_when_sound"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.APPLIED, State.UNDONE), applied_at__isnull=False)
                | Q(applied_at__isnull=True) & ~Q(state__in=(State.APPLIED, State.UNDONE)),
                name="upload_applied_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=State.UNDONE, undone_at__isnull=False, undone_by__isnull=False)
                | Q(undone_at__isnull=True) & ~Q(state=State.UNDONE),
                name="upload_undone_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return reverse("exchange:upload", args=[self.pk])

    @property
    def declared(self) -> Ledger:
        """The ledger it is to go into. Raises LookupError for one that the portal no longer has."""
        found = registry.find(self.ledger)
        if found is None:
            raise LookupError(self.ledger)
        return found

    @property
    def total(self) -> int:
        return self.new + self.changed + self.unchanged + self.wrong

    @property
    def writes(self) -> int:
        return self.new + self.changed


class Line(TenantModel):
    """One row of such a file. Working material: what it wrote has a history of its own.

    A hundred thousand come at once, so only the indexes that are used are kept; the key to (organization, county) says all that the two
    single ones would.
    """

    deletable: ClassVar = True  # a new preview replaces the old one

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", editable=False, db_index=False, db_constraint=False)
    county = models.ForeignKey(Organization, models.PROTECT, related_name="+", editable=False, db_index=False, db_constraint=False)
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="lines", editable=False, db_index=False)
    number = models.PositiveIntegerField("行号", editable=False)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices, editable=False)
    cells = models.JSONField("内容", encoder=DjangoJSONEncoder, editable=False)  # as the file has them, a cell for each readable column
    before = models.JSONField("原值", encoder=DjangoJSONEncoder, null=True, editable=False)  # of the columns that change, by their name
    faults = models.JSONField("错误", default=dict, editable=False)  # by column name; "" is the whole row
    hints = ArrayField(models.CharField(max_length=300), verbose_name="提示", default=list, editable=False)
    target = models.BigIntegerField("对象", null=True, editable=False)  # the row it is about, or has made
    effects = models.JSONField("连带", null=True, editable=False)  # what else it has changed, as its ledger says it

    objects = LineQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "导入的一行"
        verbose_name_plural = "导入的行"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["county", "upload", "number"], name="line_once_in_a_file"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="line_outcome_known"),
        ]
        indexes = [
            models.Index(fields=["upload", "outcome", "number"], name="line_by_outcome"),
            models.Index(fields=["upload", "number"], name="line_hinted", condition=~Q(hints=[])),
            models.Index(fields=["target"], name="line_made", condition=Q(outcome=Outcome.NEW, target__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 行"
