"""Receipts: a code for every step, what it proves, and what a wrong one is told."""

import re
import time
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from apps.core.lifecycle import receipts
from apps.core.lifecycle.models import Step
from apps.pairings.models import Pairing
from apps.plans import services
from apps.plans.models import Plan
from apps.plans.models import Step as PlanStep
from apps.rooms.models import Step as RoomStep
from tests.factories import counselors, pairings, rooms, supervision
from tests.factories.plans import PlanFactory


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def plan(jiaxing, lead) -> Plan:
    """One that was handed in."""
    plan = PlanFactory(organization=jiaxing.county(), created_by=lead)
    return services.submit(report=plan, by=lead, version=plan.version)


def step_of(report) -> Step:
    return report.steps.last()


def check(code: str) -> tuple[int, str]:
    answer = Client().get(reverse("core:verification", args=[code]))
    return answer.status_code, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode().split("<h1>")[1]))


@given(st.integers(1, 2**36 - 1))
def test_every_step_has_a_code_of_its_own(key):
    code = receipts.code_of(PlanStep(pk=key))
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert code != receipts.code_of(RoomStep(pk=key)) != receipts.code_of(PlanStep(pk=key ^ 1))


def test_codes_of_neighbours_have_nothing_in_common():
    one, two = (receipts.code_of(PlanStep(pk=key)).replace("-", "") for key in (1, 2))
    assert sum(a == b for a, b in zip(one, two, strict=True)) < 8


def test_a_code_depends_on_the_servers_key(settings):
    before = receipts.code_of(PlanStep(pk=1))
    settings.AUDIT_KEY = "another"
    assert receipts.code_of(PlanStep(pk=1)) != before


@pytest.mark.parametrize(
    "spoil",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " — "),
        lambda code: f"  {code} ",
        lambda code: code.replace("0", "O").replace("1", "l"),
        lambda code: code.replace("1", "I").replace("0", "o").replace("V", "u"),
        lambda code: "".join(chr(ord(each) + 0xFEE0) for each in code),  # wide letters of a Chinese keyboard
    ],
)
def test_what_is_easily_mistyped_is_forgiven(plan, spoil):
    assert receipts.find(spoil(receipts.code_of(step_of(plan)))) == step_of(plan)


def test_one_wrong_character_finds_nothing(plan):
    code = receipts.code_of(step_of(plan)).replace("-", "")
    found = []
    for place in range(len(code)):
        other = receipts.ALPHABET[(receipts.ALPHABET.index(code[place]) + 1) % 32]
        found.append(receipts.find(code[:place] + other + code[place + 1 :]))
    assert found == [None] * 20


def test_a_receipt_holds_while_nothing_changes(plan):
    code = receipts.code_of(step_of(plan))
    status, text = check(code)
    assert status == 200
    for fact in ("回执属实", "内容自上报以来没有变化。", "工作方案", "南湖区", "已上报"):
        assert fact in text
    assert "张老师" not in text  # nobody's name, and none of the content
    assert "覆盖率" not in text


def test_a_receipt_says_when_the_content_changed(jiaxing, plan, lead):
    code = receipts.code_of(step_of(plan))
    officer = jiaxing.person("city_officer", jiaxing.city)
    services.send_back(report=plan, by=officer, version=plan.version, reason="请补充。", remarks={})
    assert "内容自上报以来没有变化。" in check(code)[1]
    plan.refresh_from_db()
    plan.leader = "王红，少工委主任"
    services.save(
        report=plan,
        by=lead,
        version=plan.version,
        stages=list(plan.stages.values("title", "starts_on", "ends_on", "responsible")),
    )
    assert "回执属实，内容已有变化" in check(code)[1]
    plan.refresh_from_db()
    again = services.submit(report=plan, by=lead, version=plan.version)
    standing = receipts.standing(PlanStep.objects.get(pk=plan.steps.first().pk))
    assert standing.changed_at == step_of(again).at
    assert "没有变化" in check(receipts.code_of(step_of(again)))[1]


def test_an_approval_has_a_receipt_and_a_return_has_none(jiaxing, plan):
    officer = jiaxing.person("city_officer", jiaxing.city)
    approved = services.approve(report=plan, slot="review", by=officer, version=plan.version)
    assert "已通过" in check(receipts.code_of(step_of(approved)))[1]
    returned = services.send_back(report=approved, by=officer, version=approved.version, reason="请补充。", remarks={})
    assert check(receipts.code_of(step_of(returned)))[0] == 404


@pytest.mark.parametrize("code", ["x", "0000-0000-0000-0000-0000", "7K3M" * 5, "甲" * 20, "U" * 200, "..", "%00"])
def test_wrong_codes_are_told_the_same(db, code):
    answers = {re.sub(r'value="[^"]*"', "", check(each)[1]) for each in (code, "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ")}
    assert check(code)[0] == 404
    assert len(answers) == 1


def test_wrong_codes_ask_the_database_nothing(db, plan, django_assert_num_queries):
    code = receipts.code_of(step_of(plan))
    wrong = code[:-1] + ("1" if code.endswith("0") else "0")
    with django_assert_num_queries(0):
        for code in (wrong, "x", "0" * 20):
            assert receipts.find(code) is None


def test_wrong_codes_take_the_same_time():
    """Whether nothing fits or only the last character does not: within what a machine's noise is."""
    nearly = receipts.code_of(PlanStep(pk=7)).replace("-", "")[:-1]
    nearly += receipts.ALPHABET[(receipts.ALPHABET.index(receipts.code_of(PlanStep(pk=7))[-1]) + 1) % 32]
    fastest = {}
    for code in (nearly, "X", "Z" * 20):
        rounds = []
        for _ in range(300):
            begun = time.perf_counter()
            receipts.find(code)
            rounds.append(time.perf_counter() - begun)
        fastest[code] = min(rounds)
    assert max(fastest.values()) < 2 * min(fastest.values())


def test_the_form_leads_to_the_answer(plan):
    client, code = Client(), receipts.code_of(step_of(plan))
    assert client.get(reverse("core:verify")).status_code == 200
    answer = client.get(reverse("core:verify"), {"code": f" {code.lower()} "}, follow=True)
    assert (answer.status_code, "回执属实" in answer.content.decode()) == (200, True)
    assert "请输入回执上的编码。" in client.get(reverse("core:verify"), {"code": ""}).content.decode()
    assert client.get(reverse("core:verify"), {"code": "——"}, follow=True).status_code == 404


def test_whoever_tries_codes_is_slowed_down(settings, db):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "verify": "5/minute"}
    client = Client(REMOTE_ADDR="127.9.9.9")
    address = reverse("core:verification", args=["x"])
    assert [client.get(address).status_code for _ in range(6)] == [404] * 5 + [429]


def reports(jiaxing):
    """One of every kind that was handed in."""
    school, other = jiaxing.school(), jiaxing.school()
    counselor = jiaxing.person("school_counselor", school)
    lead = jiaxing.person("county_lead", jiaxing.county())
    room = rooms.RoomFactory(organization=school, created_by=counselor)
    report = supervision.SupervisionFactory(organization=jiaxing.county(), created_by=lead)
    plan = PlanFactory(organization=jiaxing.county(), created_by=lead)
    from apps.rooms import services as room_services
    from apps.supervision import services as supervision_services

    yield lead, services.submit(report=plan, by=lead, version=plan.version)
    yield counselor, room_services.submit(report=room, by=counselor, version=room.version)
    yield lead, supervision_services.submit(report=report, by=lead, version=report.version)
    yield counselor, pairings.proposed(by=counselor, organization=school, partner=other)
    yield counselor, counselors.submitted(by=counselor, organization=school, partner=other)


def test_every_kind_of_report_has_its_receipt(jiaxing):
    for person, report in reports(jiaxing):
        client, step = jiaxing.signed_in(person), step_of(report)
        code = receipts.code_of(step)
        assert reverse("core:receipt", args=[code]) in client.get(report.get_absolute_url()).content.decode()
        answer = client.get(reverse("core:receipt", args=[code]))
        paper = PdfReader(BytesIO(answer.content))
        text = re.sub(r"\s", "", paper.pages[0].extract_text())
        assert len(paper.pages) == 1
        for fact in (str(report), person.name, code, receipts.digest(step.content)[:8], "/verify/", str(report._meta.verbose_name)):
            assert fact in text, (report, fact)
        assert check(code)[1].count("没有变化") == 1


def test_a_receipt_says_on_time_or_late_and_how_many_attachments(jiaxing, lead, plan):
    text = text_of(jiaxing.signed_in(lead), step_of(plan))
    assert ("按时上报" in text, "附件0个" in text) == (True, True)


def test_the_receipt_of_an_approval_carries_the_number(jiaxing, plan, lead):
    approved = services.approve(report=plan, slot="review", by=jiaxing.person("city_officer", jiaxing.city), version=plan.version)
    text = text_of(jiaxing.signed_in(lead), step_of(approved))
    assert f"编号{approved.number}" in text


def text_of(client, step) -> str:
    answer = client.get(reverse("core:receipt", args=[receipts.code_of(step)]))
    return re.sub(r"\s", "", PdfReader(BytesIO(answer.content)).pages[0].extract_text())


def test_only_who_sees_the_report_gets_its_receipt(jiaxing, plan):
    address = reverse("core:receipt", args=[receipts.code_of(step_of(plan))])
    for role, county, status in (("county_editor", "南湖区", 200), ("county_lead", "秀洲区", 404), ("school_counselor", "南湖区", 404)):
        here = jiaxing.school(county) if role == "school_counselor" else jiaxing.county(county)
        assert jiaxing.signed_in(jiaxing.person(role, here)).get(address).status_code == status
    assert Client().get(address).url.startswith("/login/")


def test_a_pairings_code_names_no_other_table(jiaxing):
    assert {model._meta.label for model in receipts.tables()} == {
        "plans.Step", "rooms.Step", "pairings.Step", "counselors.Step", "supervision.Step",
    }  # fmt: skip
    assert Pairing
