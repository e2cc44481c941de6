"""The ledger of counselor exchanges."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.counselors import todos
from apps.counselors.models import Exchange
from apps.counselors.services import exchanges as services
from tests.factories.counselors import ExchangeFactory, submitted
from tests.factories.ledgers import bring, check, taken_out

YEAR = timezone.localdate().year
ROW = {"organization": "城东小学", "year": YEAR, "partner": "澉浦小学", "type": "论坛交流", "starts_on": f"{YEAR}/5/8"}


@pytest.fixture
def filed(two):
    """Two exchanges on one day, one that the other side filed, one that came back; and a draft."""
    for _ in range(2):
        submitted(by=two.counselor, organization=two.own, partner=two.partner, counselors="李老师、周老师 (校外)", hours=Decimal("1.5"))
    submitted(by=two.partner_counselor, organization=two.partner, partner=two.own, summary="-观摩\n+讨论")
    returned = submitted(by=two.counselor, organization=two.own, partner=two.partner)
    services.send_back(report=returned, by=two.county_lead, version=2, reason="请核对时数。", remarks={})
    Exchange.objects.filter(pk=returned.pk).update(type="", topics=[], hours=None, starts_on=None, ends_on=None)
    ExchangeFactory(organization=two.own, partner=two.partner, created_by=two.counselor, type="forum")
    return two


def test_what_was_taken_out_comes_back_unchanged(filed):
    for user, states in {
        filed.county_lead: ["待确认", "待确认", "已退回", "待确认"],
        filed.counselor: ["待确认", "待确认", "已退回", "草稿", "待确认"],
    }.items():
        rows = taken_out("exchanges", by=user)
        assert [row["state"] for row in rows] == states
        checked = check("exchanges", rows, by=user)
        assert [(row.outcome, row.faults) for row in checked] == [("unchanged", {})] * len(rows)


def test_a_county_makes_drafts_for_its_schools(two):
    rows = [
        {**ROW, "topics": "常规管理，基本理论", "counselors": "李芳、周敏", "hours": "６.５", "summary": "好"},
        {**ROW, "starts_on": f"{YEAR}年6月1日"},
    ]
    checked = bring("exchanges", rows, by=two.county_lead)
    assert [row.hints for row in checked] == [
        ["提交前还要填写结束日期。"],
        ["提交前还要填写交流内容、辅导员姓名、结束日期、交流时数、交流小结。"],
    ]
    exchange = Exchange.objects.get(pk=checked[0].target)
    assert (exchange.type, exchange.topics, exchange.hours, exchange.starts_on) == (
        *("forum", ["theory", "routine"]),
        *(Decimal("6.5"), date(YEAR, 5, 8)),
    )
    assert (exchange.state, exchange.created_by, exchange.partner_county) == (State.DRAFT, two.county_lead, two.partner.county)
    assert len(list(todos.to_finish(two.counselor))) == 2


def test_a_draft_says_nothing_about_its_content(filed):
    """Neither its form, its day, nor its number is found out by trying."""
    draft = Exchange.objects.get(state=State.DRAFT)
    same = {**ROW, "year": 2026, "type": "论坛交流", "starts_on": draft.starts_on}
    for row in (same, {**same, "starts_on": f"{YEAR}-01-01"}, {**same, "number": draft.pk}, {**same, "number": 987_654_321}):
        assert check("exchanges", [row], by=filed.county_lead)[0].faults == {"": "该校已有草稿，请由学校修改。"}


def test_a_number_tells_which_is_meant(jiaxing, filed):
    first = taken_out("exchanges", by=filed.counselor)[0]
    assert check("exchanges", [{**first, "number": None}], by=filed.counselor)[0].faults == {
        "": "这样的记录已登记 2 份，请从系统导出后按编号修改。"
    }
    returned, draft = taken_out("exchanges", by=filed.counselor)[2:4]
    (row,) = bring("exchanges", [{**draft, "type": "课题研讨", "starts_on": f"{YEAR}-02-03"}], by=filed.counselor)
    exchange = Exchange.objects.get(pk=draft["number"])
    assert (row.outcome, exchange.type, exchange.starts_on, exchange.version) == ("changed", "research_seminar", date(YEAR, 2, 3), 2)
    by_day = {name: value for name, value in draft.items() if name != "number"} | {"type": "课题研讨", "starts_on": f"{YEAR}-02-03"}
    twice = check("exchanges", [{**draft, "hours": 3}, {**by_day, "hours": 4}], by=filed.counselor)
    assert [row.faults for row in twice] == [{}, {"": "与第 2 行是同一份记录，请只保留一行。"}]
    jiaxing.school(name="城西小学")
    elsewhere = check("exchanges", [{**returned, "partner": "城西小学", "partner_county": "", "partner_town": ""}], by=filed.counselor)
    assert elsewhere[0].faults == {"number": f"这两所学校没有编号为 {returned['number']} 的交流；新增的不填编号。"}


def test_what_is_handed_in_is_locked(filed):
    first = taken_out("exchanges", by=filed.counselor)[0]
    assert check("exchanges", [{**first, "hours": 9}], by=filed.counselor)[0].faults == {
        "": "这份材料待确认，不能修改。如需修改，请联系南湖区少工委退回。"
    }


def test_the_rules_of_the_form_apply(two):
    row = {**ROW, "hours": 2001, "counselors": "长" * 101, "topics": "唱歌", "type": "聚餐"}
    assert check("exchanges", [row], by=two.county_lead)[0].faults == {
        "topics": "“唱歌”不在可选范围内，请填基本理论、制度设计、常规管理、活动策划，几项用顿号分开。",
        "type": "“聚餐”不在可选范围内，请填大队活动展示、中队课观摩、课题研讨、论坛交流、挂职锻炼。",
    }
    row = {**ROW, "hours": 2001, "counselors": "长" * 101}
    assert check("exchanges", [row], by=two.county_lead)[0].faults == {
        "hours": "交流时数不能超过 2000 小时，请核对。",
        "counselors": "最多 100 字，现在有 101 字，请删减。",
    }
    assert check("exchanges", [{**ROW, "ends_on": f"{YEAR}-05-01"}], by=two.county_lead)[0].faults == {
        "ends_on": "结束日期不能早于开始日期。"
    }
    assert check("exchanges", [ROW], by=two.partner_counselor)[0].faults == {"organization": "“城东小学”属于南湖区，不在您的办理范围内。"}
