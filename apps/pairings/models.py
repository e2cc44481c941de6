"""Schools that work together for a year (结对共建): who with whom, what for, and the yes of everyone it takes."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from apps.core.lifecycle.enums import RETURNABLE, State, Verb
from apps.core.lifecycle.models import Slot
from apps.organizations.two_sided.models import TwoSidedRemark, TwoSidedReport, TwoSidedStep
from apps.pairings.enums import Kind
from apps.pairings.querysets import PairingQuerySet

TWICE = "两校在这一年度已有结对，不能重复。"


@pghistory.track()
class Pairing(TwoSidedReport):
    """Two schools' brigades hand in hand for a year: goals, plan, stages (circular §4.1).

    One school proposes, the other accepts, then the reporting unit confirms; both units, when they differ.
    """

    content_fields: ClassVar = ("goals", "plan", "stages", "starts_on", "ends_on")
    required_fields: ClassVar = content_fields
    state_labels: ClassVar = {State.SUBMITTED: "办理中", State.APPROVED: "已确认"}
    verb_labels: ClassVar = {Verb.SUBMIT: "发出邀请"}

    goals = models.TextField("发展目标", blank=True, max_length=2000, help_text="通过结对，两校少先队工作要达到什么，尽量写明数量和时间。")
    plan = models.TextField("发展计划", blank=True, max_length=4000, help_text="组织共建、活动联办、资源共享等方面怎样安排。")
    stages = models.TextField("推进步骤", blank=True, max_length=4000, help_text="按时间先后写，一行一步。")
    # A school's profile is seen by its own side only, so each side adds its own: the proposer its traits when it sends the invitation, the
    # partner by accepting, when the kinds follow from both. They say what was so on that day: a later profile rewrites no past year.
    traits = ArrayField(models.CharField(max_length=20), verbose_name="发起学校情况", default=list, editable=False)
    kinds = ArrayField(
        models.CharField(max_length=20, choices=Kind.choices), verbose_name="结对类型", default=list, blank=True, editable=False
    )
    partner_accepted_at = models.DateTimeField("对方接受时间", null=True, editable=False)
    county_confirmed_at = models.DateTimeField("发起方报送单位确认时间", null=True, editable=False)
    partner_county_confirmed_at = models.DateTimeField("对方报送单位确认时间", null=True, editable=False)

    objects = PairingQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TwoSidedReport.Meta):
        verbose_name = "结对"
        verbose_name_plural = "结对"
        constraints = [
            *TwoSidedReport.Meta.constraints,
            models.UniqueConstraint(
                fields=["county", "organization", "partner_county", "partner", "year"],
                name="pairing_proposed_once_a_year",
                violation_error_message=TWICE,
            ),
            # The same two schools, whichever proposed. No county stands in this key: with two of them none is the same in both directions.
            # Nothing is lost by it today, for the two ids imply their counties and both schools see every row that could collide. A
            # database distributed by county would hold the rule with a row per side, (county, school, other school, year), written on
            # submission.
            models.UniqueConstraint(
                "year",
                Least("organization", "partner"),
                Greatest("organization", "partner"),
                condition=Q(state__in=sorted(RETURNABLE)),
                name="pairing_once_a_year",
                violation_error_message=TWICE,
            ),
            models.CheckConstraint(
                condition=~Q(state=State.APPROVED)
                | Q(partner_accepted_at__isnull=False, county_confirmed_at__isnull=False)
                & (Q(partner_county=F("county")) | Q(partner_county_confirmed_at__isnull=False)),
                name="pairing_confirmed_by_all",
                violation_error_message="对方学校和有关报送单位都同意后，结对才成立。",
            ),
        ]

    @property
    def state_label(self) -> str:
        if self.state == State.SUBMITTED:
            return "待确认" if self.partner_accepted_at else "待接受"
        return super().state_label

    @property
    def kind_labels(self) -> list[str]:
        return [Kind(kind).label for kind in self.kinds]

    def slots(self) -> tuple[Slot, ...]:
        invited = Slot(
            *("accept", "接受邀请", str(self.partner), "pairings.accept", self.partner),
            hint="接受后报送单位即可确认；需要修改内容的，可以退回并说明理由。",
            decided_field="partner_accepted_at",
        )
        hint = "确认后结对即告成立。" if not self.crosses_counties else "双方报送单位都确认后，结对即告成立。"
        ours = Slot(
            *("confirm", "确认", self.county.office, "pairings.review", self.organization, hint, 2), decided_field="county_confirmed_at"
        )
        if not self.crosses_counties:
            return invited, ours
        theirs = Slot(
            *("confirm_partner", "确认", self.partner_county.office, "pairings.review", self.partner, hint, 2),
            decided_field="partner_county_confirmed_at",
        )
        return invited, ours, theirs

    def rival(self) -> "Pairing | None":
        """The pairing that this one would repeat: one that stands, from either side, or another draft of one's own."""
        others = Pairing.objects.between(self.organization, self.partner).in_year(self.year).exclude(pk=self.pk)
        return others.filter(Q(state__in=RETURNABLE) | Q(organization=self.organization)).first()

    def problems(self) -> dict[str, str]:
        found = super().problems()
        if rival := self.rival():
            found["partner"] = twice_sentence(rival)
        return found


class Step(TwoSidedStep):
    """One step in a pairing's life."""

    report = models.ForeignKey(Pairing, models.PROTECT, related_name="steps")


@pghistory.track()
class Remark(TwoSidedRemark):
    """What a reviewer says about a passage of it."""

    report = models.ForeignKey(Pairing, models.PROTECT, related_name="remarks")
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="remarks", editable=False)

    class Meta(TwoSidedRemark.Meta):
        pass


def twice_sentence(rival: Pairing) -> str:
    """Why two schools cannot be paired once more: they are already, as this pairing says."""
    return f"{rival.year}年已有“{rival}”的结对（{rival.state_label}），同一年度不能重复。"
