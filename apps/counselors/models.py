"""Counselors: who they are and how they were trained, and those who go to another school to show, watch, discuss or work (辅导员交流)."""

from decimal import Decimal
from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import Passage, Slot
from apps.counselors.enums import Post, Topic, Type
from apps.counselors.querysets import CounselorQuerySet, ExchangeQuerySet
from apps.organizations.models import Organization, TenantModel
from apps.organizations.two_sided.models import TwoSidedRemark, TwoSidedReport, TwoSidedStep
from apps.organizations.validators import not_in_future, since_founding
from apps.people.validators import person_name

MAX_HOURS = 2000  # a whole year's working time: more is a slip of the finger

LEFT_BEFORE = "离任日期不能早于任职日期。"
NO_NUMBER = "填写了发证单位或发证日期的，请填写证书编号。"


@pghistory.track()
class Counselor(TenantModel):
    """An adult who is a counselor somewhere, since when, and the certificate of their training (circular §3.2.2: 配齐配强).

    A name and nothing by which they could be reached: that is kept by apps/people, for those who have an account.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="counselors", verbose_name="任职单位", editable=False)
    name = models.CharField("姓名", max_length=40, validators=[person_name])
    post = models.CharField("类别", max_length=10, choices=Post.choices)
    since = models.DateField("任职日期", validators=[since_founding, not_in_future])
    until = models.DateField("离任日期", null=True, blank=True, validators=[not_in_future])
    certificate_number = models.CharField("培训证书编号", max_length=40, blank=True)
    certificate_issuer = models.CharField("发证单位", max_length=60, blank=True)
    certificate_on = models.DateField("发证日期", null=True, blank=True, validators=[since_founding, not_in_future])

    objects = CounselorQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta:
        verbose_name = "辅导员"
        verbose_name_plural = "辅导员"
        ordering = ["post", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "organization", "post", "name", "since"], name="counselor_once_since"),
            models.UniqueConstraint(
                fields=["county", "organization", "post", "name"], condition=Q(until__isnull=True), name="counselor_serves_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="counselor_leaves_after_coming",
                violation_error_message=LEFT_BEFORE,
            ),
            models.CheckConstraint(
                condition=~Q(certificate_number="") | Q(certificate_issuer="", certificate_on__isnull=True),
                name="counselor_certificate_has_number",
                violation_error_message=NO_NUMBER,
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Exchange(TwoSidedReport):
    """One exchange of a school's counselors with another school: form, topics, dates, hours (circular §4.3)."""

    content_fields: ClassVar = ("type", "topics", "counselors", "starts_on", "ends_on", "hours", "summary")
    required_fields: ClassVar = content_fields
    state_labels: ClassVar = {State.SUBMITTED: "待确认", State.APPROVED: "已确认"}
    verb_labels: ClassVar = {Verb.SUBMIT: "提交"}

    type = models.CharField("交流形式", max_length=20, choices=Type.choices, blank=True)
    topics = ArrayField(models.CharField(max_length=20, choices=Topic.choices), verbose_name="交流内容", default=list, blank=True)
    counselors = models.CharField(
        "辅导员姓名", max_length=100, blank=True, help_text="本校参加交流的成人辅导员，几位的用顿号分开；不填队员姓名。"
    )
    hours = models.DecimalField(
        "交流时数",
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[
            MinValueValidator(Decimal("0.1"), "交流时数应大于 0。"),
            MaxValueValidator(MAX_HOURS, f"交流时数不能超过 {MAX_HOURS} 小时，请核对。"),
        ],
        help_text="合计小时数，如 4 或 1.5。",
    )
    summary = models.TextField("交流小结", blank=True, max_length=2000, help_text="做了什么、有什么收获，几句话即可。")

    objects = ExchangeQuerySet.as_manager()  # type: ignore[misc]  # a manager replaces a manager

    class Meta(TwoSidedReport.Meta):
        verbose_name = "辅导员交流"
        verbose_name_plural = "辅导员交流"
        constraints = [
            *TwoSidedReport.Meta.constraints,
            models.CheckConstraint(
                condition=Q(hours__isnull=True) | Q(hours__gt=0, hours__lte=MAX_HOURS),
                name="exchange_hours_sane",
                violation_error_message=f"交流时数应大于 0，不超过 {MAX_HOURS} 小时。",
            ),
            models.CheckConstraint(
                condition=Q(topics__contained_by=Topic.values), name="exchange_topics_known", violation_error_message="请从所列内容中选择。"
            ),
        ]

    @property
    def topic_labels(self) -> list[str]:
        return [Topic(topic).label for topic in self.topics]

    def slots(self) -> tuple[Slot, ...]:
        hint = "确认后计入本年度辅导员交流；需要修改时可以再退回。"
        return (Slot("confirm", "确认", self.county.office, "counselors.review", self.organization, hint),)

    def problems(self) -> dict[str, str]:
        found = super().problems()
        if not self.topics:
            found["topics"] = "请至少选择一项交流内容。"
        return found

    def passages(self) -> list[Passage]:
        return [
            Passage(each.name, each.label, "、".join(self.topic_labels)) if each.name == "topics" else each for each in super().passages()
        ]


class Step(TwoSidedStep):
    """One step in an exchange's life."""

    report = models.ForeignKey(Exchange, models.PROTECT, related_name="steps")


@pghistory.track()
class Remark(TwoSidedRemark):
    """What a reviewer says about a passage of it."""

    report = models.ForeignKey(Exchange, models.PROTECT, related_name="remarks")
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="remarks", editable=False)

    class Meta(TwoSidedRemark.Meta):
        pass
