"""The ledger of pairings."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core import scope
from apps.core.ledgers import registry
from apps.core.lifecycle.enums import State
from apps.organizations.grants import scope_for
from apps.pairings import services, todos
from apps.pairings.models import Pairing
from tests.factories.ledgers import bring, check, ledger, taken_out
from tests.factories.pairings import PairingFactory, approve, proposed, send_back

YEAR = timezone.localdate().year
ROW = {"organization": "城东小学", "year": f"{YEAR}年", "partner": "澉浦小学", "goals": "共建"}


@pytest.fixture
def filed(jiaxing, two):
    """One of each kind that the county's lead sees, from either side."""
    accepted = proposed(by=two.counselor, organization=two.own, partner=two.partner, goals="-两校共建\n每学期两次", plan="=计划")
    approve(accepted, "accept", two.partner_counselor)
    others = [jiaxing.school("海盐县", name=f"海盐{number}小(东)") for number in range(2)]
    proposed(by=two.counselor, organization=two.own, partner=others[0])
    proposed(by=two.partner_counselor, organization=two.partner, partner=two.own, year=2025, starts_on=date(2025, 3, 1))
    returned = proposed(by=two.counselor, organization=two.own, partner=others[1])
    send_back(returned, jiaxing.person("school_counselor", others[1]))
    Pairing.objects.filter(pk=returned.pk).update(goals="", stages="", starts_on=None, ends_on=None)
    PairingFactory(organization=two.own, partner=jiaxing.school(), created_by=two.counselor)
    PairingFactory(organization=two.partner, partner=two.own, year=2024, created_by=two.partner_counselor)
    return two


def test_what_was_taken_out_comes_back_unchanged(filed):
    """From both sides' rows; drafts stay with who is writing them."""
    expected = {
        filed.county_lead: ["待确认", "待接受", "已退回", "待接受"],
        filed.counselor: ["待确认", "待接受", "已退回", "草稿", "待接受"],
    }
    for user, states in expected.items():
        rows = taken_out("pairings", by=user)
        assert [row["state"] for row in rows] == states
        checked = check("pairings", rows, by=user)
        assert [(row.outcome, row.faults) for row in checked] == [("unchanged", {})] * len(rows)


def test_the_states_are_called_as_on_the_page(filed):
    rows = registry.find("pairings").arranged(Pairing.objects.all())
    assert [row.state_words for row in rows] == [row.state_label for row in rows]


def test_a_county_makes_drafts_for_its_schools(two):
    (row,) = bring("pairings", [{**ROW, "ends_on": f"{YEAR}.12.31"}], by=two.county_lead)
    assert (row.outcome, row.hints) == ("new", ["提交前还要填写发展计划、推进步骤、开始日期。"])
    pairing = Pairing.objects.get()
    assert (pairing.organization, pairing.partner, pairing.county, pairing.partner_county) == (
        *(two.own, two.partner),
        *(two.own.county, two.partner.county),
    )
    assert (pairing.state, pairing.created_by, pairing.ends_on, pairing.traits) == (State.DRAFT, two.county_lead, date(YEAR, 12, 31), [])
    assert [todo.title for todo in todos.to_finish(two.counselor)] == [f"完成{YEAR}年城东小学与澉浦小学的结对"]
    assert [row.faults for row in check("pairings", [ROW], by=two.county_lead)] == [{"": "该校已有草稿，请由学校修改。"}]
    assert [row.outcome for row in check("pairings", [ROW], by=two.counselor)] == ["unchanged"]


def test_only_the_school_that_proposes_writes(filed):
    """The other side sees what was handed in; it changes nothing of it, and hears nothing of what it does not see."""
    rows = [
        {"organization": "城东小学", "year": 2026, "partner": "澉浦小学", "goals": "改"},
        {"organization": "城东小学", "year": 2026, "partner": "海盐0小（东）", "goals": "改"},
    ]
    other = {"organization": "“城东小学”属于南湖区，不在您的办理范围内。"}
    assert [row.faults for row in check("pairings", rows, by=filed.partner_counselor)] == [other, other]
    locked = "这份材料待确认，不能修改。如需修改，请联系南湖区少工委、海盐县少工委退回。"
    assert check("pairings", rows[:1], by=filed.counselor)[0].faults == {"": locked}


def test_a_school_revises_what_came_back(filed):
    (row,) = bring("pairings", [{"organization": "城东小学", "year": 2026, "partner": "海盐1小（东）", "goals": "新"}], by=filed.counselor)
    pairing = Pairing.objects.get(pk=row.target)
    assert (row.outcome, pairing.goals, pairing.version, pairing.state) == ("changed", "新", 4, State.RETURNED)


def test_what_a_file_is_about_can_be_locked(filed):
    """In the scope of whoever brings it: the schools, and the reports that are there already."""
    with scope.opened(scope_for(filed.counselor, "pairings.enter")), CaptureQueriesContext(connection) as queries:
        rows = check("pairings", [{**ROW, "year": 2026}], by=filed.counselor)
        ledger("pairings").lock(rows)
    locks = [query["sql"].split(" FOR UPDATE OF ")[1] for query in queries if " FOR UPDATE OF " in query["sql"]]
    assert locks == ['"organizations_organization"', '"pairings_pairing"']


def test_two_schools_are_paired_once_a_year_in_either_direction(filed):
    back = {"organization": "澉浦小学", "partner": "城东小学", "year": 2026}
    (row,) = check("pairings", [back], by=filed.partner_county_lead)
    assert row.faults == {"partner": "2026年已有“城东小学与澉浦小学”的结对（待确认），同一年度不能重复。"}


def test_the_same_pair_from_both_sides_is_pointed_out(jiaxing, two):
    jiaxing.school(name="城西小学")
    rows = [{**ROW, "partner": "城西小学"}, {**ROW, "organization": "城西小学", "partner": "城东小学"}, {**ROW, "partner": "城西小学"}]
    checked = check("pairings", rows, by=two.county_lead)
    assert "第 2 行已有这两所学校的结对，发起方相反；只能由其中一所学校发出邀请。" in checked[1].hints
    assert checked[2].faults == {"": "与第 2 行重复，请只保留一行。"}


def test_the_rules_of_the_form_apply(two):
    rows = [
        {**ROW, "partner": "城东小学"},
        {**ROW, "year": YEAR - 2},
        {**ROW, "starts_on": f"{YEAR}-05-01", "ends_on": f"{YEAR}-04-01"},
        {**ROW, "starts_on": "0207-05-01", "goals": "长" * 2001},
        {**ROW, "partner": "", "partner_county": "海盐县"},
        {**ROW, "partner_county": "海宁市"},
    ]
    found = [check("pairings", [row], by=two.county_lead)[0].faults for row in rows]
    assert found == [
        {"partner": "对方学校不能是本校。"},
        {"year": f"只能录入{YEAR - 1}年至{YEAR + 1}年的，请核对年度。"},
        {"ends_on": "结束日期不能早于开始日期。"},
        {"goals": "最多 2000 字，现在有 2001 字，请删减。"},
        {"partner": "请填写对方学校。"},
        {"partner_county": f"“澉浦小学”属于海盐县{two.partner.parent}，与这里填的不符。"},
    ]


def test_what_was_brought_in_is_handed_in_by_the_school(two):
    full = {"plan": "计划", "stages": "一步", "starts_on": date(YEAR, 3, 1), "ends_on": date(YEAR, 12, 1)}
    bring("pairings", [{**ROW, **full}], by=two.county_lead)
    pairing = services.submit(report=Pairing.objects.get(), by=two.counselor, version=1)
    assert (pairing.state, pairing.submitted_by) == (State.SUBMITTED, two.counselor)


def test_as_many_statements_for_many_rows_as_for_one(jiaxing, filed):
    def statements(rows):
        with CaptureQueriesContext(connection) as queries:
            check("pairings", rows, by=filed.counselor)
        return len(queries)

    names = [jiaxing.school("海盐县").name for _ in range(5)]
    rows = [{**ROW, "partner": name} for name in ("海盐0小（东）", "海盐1小（东）", "澉浦小学", *names)]
    statements(rows[:1])  # what a person may do is read once
    assert statements(rows[:4]) == statements(rows)
