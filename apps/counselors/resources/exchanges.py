"""The ledger of counselor exchanges: one a row, with the school that registers it first."""

from collections.abc import Iterator, Sequence
from typing import Any

from apps.core.ledgers.cells import Choice, Choices, Day, Number, Whole
from apps.core.ledgers.ledger import Column, Errand, Row
from apps.core.ledgers.registry import ledger
from apps.counselors.enums import Topic, Type
from apps.counselors.models import Exchange
from apps.organizations.resources.base import COUNTY, TOWN, Words, rules_of
from apps.organizations.resources.reports import SCHOOL, STATE, SUBMITTED
from apps.organizations.two_sided.resources import PARTNER_COUNTY, PARTNER_SCHOOL, PARTNER_TOWN, YEAR, TwoSidedLedger


@ledger
class Exchanges(TwoSidedLedger):
    """Two schools may meet many times a year. An old list is known again by form and first day; what was taken out here bears a number."""

    key, label = "exchanges", "辅导员交流"
    permission, reading = "counselors.enter", "counselors.view"
    about = "学校登记的辅导员交流；导入的是草稿，由学校核对后提交。"
    page = "/counselors/"
    content = ("type", "topics", "counselors", "starts_on", "ends_on", "hours", "summary")
    draft_keys = ("county", "town", "organization", "year", "partner_county", "partner_town", "partner")

    county = COUNTY
    town = TOWN
    organization = SCHOOL
    year = YEAR
    partner_county = PARTNER_COUNTY
    partner_town = PARTNER_TOWN
    partner = PARTNER_SCHOOL
    type = Column("交流形式", "type", cell=Choice(Type), aliases=("形式",), example="中队课观摩")
    topics = Column("交流内容", "topics", cell=Choices(Topic), aliases=("内容",), example="常规管理、活动策划", width=24)
    counselors = Column(
        "辅导员姓名",
        "counselors",
        cell=Words(),
        rules=rules_of(Exchange, "counselors"),
        aliases=("辅导员", "参加人员"),
        help="成年人，几位的用顿号分开；不填队员姓名。",
        example="李芳、周敏",
        width=20,
    )
    starts_on = Column("开始日期", "starts_on", cell=Day(), aliases=("开始时间", "交流日期"), example="2026-05-11")
    ends_on = Column("结束日期", "ends_on", cell=Day(), aliases=("结束时间",), example="2026-05-12")
    hours = Column(
        "交流时数", "hours", cell=Number(places=1), rules=rules_of(Exchange, "hours"), aliases=("时数", "小时数"), example=6.5, width=10
    )
    summary = Column("交流小结", "summary", cell=Words(), rules=rules_of(Exchange, "summary"), aliases=("小结",), width=40)
    number = Column("编号", "pk", cell=Whole(), key=True, help="导出时自带，请勿改动；新增的不填。", width=10)
    state = STATE
    submitted_at = SUBMITTED

    class Meta:
        model = Exchange
        import_id_fields = (*("county", "town", "organization", "year", "partner_county", "partner_town", "partner"), "type", "starts_on")

    def identity(self, row: Row) -> Any:
        number = self.value(row, "number")
        return (number, *self._sides(row.values)) if number else super().identity(row)

    def known_as(self, target: int, values: Sequence[Any]) -> Iterator[Any]:
        yield (target, *self._sides(values))
        yield from super().known_as(target, values)

    def _sides(self, values: Sequence[Any]) -> list[Any]:
        return [values[self.index[name]] for name in self.draft_keys]

    def match(self, rows: Sequence[Row], errand: Errand) -> None:
        super().match(rows, errand)
        number = self.index["number"]
        for row in rows:
            if row.before is not None:
                row.values[number] = row.before[number]
            elif row.values[number] and not row.faults:
                row.fault("number", f"这两所学校没有编号为 {row.values[number]} 的交流；新增的不填编号。")
