"""The ledger of pairings: one a row, with the school that proposes first."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from apps.core.ledgers.cells import Choices, Day
from apps.core.ledgers.ledger import Column, Errand, Row
from apps.core.ledgers.registry import ledger
from apps.core.lifecycle.enums import RETURNABLE, State
from apps.organizations.resources.base import COUNTY, TOWN, Words, rules_of
from apps.organizations.resources.reports import SCHOOL, STATE, SUBMITTED
from apps.organizations.two_sided.resources import PARTNER_COUNTY, PARTNER_SCHOOL, PARTNER_TOWN, YEAR, TwoSidedLedger
from apps.pairings.enums import Kind
from apps.pairings.models import Pairing, twice_sentence


@ledger
class Pairings(TwoSidedLedger):
    key, label = "pairings", "结对"
    permission, reading = "pairings.enter", "pairings.view"
    about = "学校结对共建的目标、计划和步骤；导入的是发起学校的草稿，由学校核对后发出邀请。"
    page = "/pairings/"
    content = ("goals", "plan", "stages", "starts_on", "ends_on")

    county = COUNTY
    town = TOWN
    organization = SCHOOL
    year = YEAR
    partner_county = PARTNER_COUNTY
    partner_town = PARTNER_TOWN
    partner = PARTNER_SCHOOL
    goals = Column("发展目标", "goals", cell=Words(), rules=rules_of(Pairing, "goals"), aliases=("目标", "结对目标"), width=30)
    plan = Column("发展计划", "plan", cell=Words(), rules=rules_of(Pairing, "plan"), aliases=("计划", "结对计划"), width=40)
    stages = Column(
        "推进步骤", "stages", cell=Words(), rules=rules_of(Pairing, "stages"), aliases=("步骤",), help="按时间先后写，一行一步。", width=40
    )
    starts_on = Column("开始日期", "starts_on", cell=Day(), aliases=("开始时间", "起始日期"), example="2026-03-01")
    ends_on = Column("结束日期", "ends_on", cell=Day(), aliases=("结束时间",), example="2026-12-31")
    state = STATE
    kinds = Column("结对类型", "kinds", cell=Choices(Kind), derived=True, width=20)
    submitted_at = SUBMITTED

    class Meta:
        model = Pairing
        import_id_fields = ("county", "town", "organization", "year", "partner_county", "partner_town", "partner")

    def state_words(self) -> Iterator[tuple[Q, str]]:
        yield Q(state=State.SUBMITTED, partner_accepted_at__isnull=False), "待确认"
        yield Q(state=State.SUBMITTED), "待接受"
        yield from super().state_words()

    def examine(self, rows: Sequence[Row], errand: Errand) -> None:
        """Once a year, whichever school proposed: `Pairing.rival` for many."""
        super().examine(rows, errand)
        new = [row for row in rows if row.target is None and not row.faults]
        schools = {"organization__in": {row.facts["partner"] for row in new}, "partner__in": {row.organization for row in new}}
        standing = Pairing.objects.visible_to(errand.by).filter(state__in=RETURNABLE, **schools).select_related("organization", "partner")
        rivals: dict[Any, Pairing] = {(rival.organization_id, rival.partner_id, rival.year): rival for rival in standing}
        seen = errand.notes.setdefault("pairs", {})
        for row in new:
            own, other, year = row.organization, row.facts["partner"], self.value(row, "year")
            if rival := rivals.get((other, own, year)):
                row.fault("partner", twice_sentence(rival))
            elif (number := seen.setdefault((year, frozenset((own, other))), row.number)) != row.number:
                row.hints.append(f"第 {number} 行已有这两所学校的结对，发起方相反；只能由其中一所学校发出邀请。")
