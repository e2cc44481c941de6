"""The auditor finds who did what, however it is asked for; nobody else gets in."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pghistory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit import services
from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.core import scope
from apps.organizations.models import Organization, PioneerUnit
from apps.organizations.roles import ROLES
from apps.organizations.services import roles
from apps.people.models import Contact
from tests.factories.organizations import UnitFactory
from tests.factories.people import UserFactory

ADDRESSES = ["/audit/", "/audit/changes/", "/audit/seals/", "/audit/packs/", "/audit/export/acts/csv/", "/audit/packs/2026/xlsx/"]


@pytest.fixture
def auditor(jiaxing):
    return jiaxing.signed_in(jiaxing.person("auditor", jiaxing.city, name="郭建国"))


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county(), name="王芳", username="nanhu")


def act(verb=Verb.EXPORT, about="名单", **facts) -> Act:
    services.record(verb, about, **facts)
    return Act.objects.order_by("-pk")[0]


def change(jiaxing, at: str = "秀水小学", **context) -> PioneerUnit:
    """A unit of a school in 南湖区, founded and renamed, signed like a request."""
    with pghistory.context(**context):
        unit = UnitFactory(organization=jiaxing.school(name=at), name="一中队", member_count=30)
        PioneerUnit.objects.filter(pk=unit.pk).update(name="二中队", member_count=31)
    return unit


def found(client, path: str, **conditions) -> list[str]:
    """What the rows of a tab say they are about."""
    page = client.get(path, conditions).context["page"]
    return [line.act.about if hasattr(line, "act") else f"{line.label_words} {line.subject}" for line in page.lines]


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"auditor"}))
def test_no_other_role_reads_the_log(jiaxing, role):
    level = min(ROLES[role].levels)
    organization = {"city": jiaxing.city, "county": jiaxing.county(), "town": jiaxing.town(), "school": jiaxing.school()}[level]
    client = jiaxing.signed_in(jiaxing.person(role, organization))
    assert {client.get(address).status_code for address in ADDRESSES} == {403}


def test_acts_are_listed_with_who_as_what_and_from_where(auditor, lead, jiaxing):
    act(about="应覆盖名单", user=lead.pk, name="王芳", role="南湖区 负责人", organization=jiaxing.county().pk, address="10.0.0.8")
    page = auditor.get("/audit/").content.decode()
    for words in ("导出", "应覆盖名单", "王芳", "南湖区 负责人", "10.0.0.8", f"/audit/people/{lead.pk}/"):
        assert words in page


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("verb", "export"),
        ("person", "王芳"),
        ("person", "nanhu"),
        ("organization", "南湖区"),
        ("organization", "嘉兴市"),
        ("address", "10.0.0.8"),
        ("request", "0a32f4e4-6f0c-4f3f-8a0b-0a6b6a0d0b7c"),
    ],
)
def test_acts_are_found_by_each_condition(auditor, lead, jiaxing, condition, value):
    known = {"organization": jiaxing.town().pk, "address": "10.0.0.8", "request": "0a32f4e4-6f0c-4f3f-8a0b-0a6b6a0d0b7c"}
    act(about="找我", user=lead.pk, name="王芳", **known)
    act(Verb.SIGN_IN, "别人", user=lead.pk + 1000, name="别人", address="10.0.0.9", request=str(uuid4()))
    assert found(auditor, "/audit/", **{condition: value}) == ["找我"]


def test_a_failed_sign_in_is_found_by_the_name_that_was_typed(auditor):
    act(Verb.SIGN_IN_FAILED, "密码不正确", name="nobody")
    assert found(auditor, "/audit/", person="nobody") == ["密码不正确"]


def test_the_last_thirty_days_are_shown_unless_asked_otherwise(auditor):
    today = timezone.localdate()
    for days in (0, 30, 31):
        day = today - timedelta(days=days)
        act(about=f"{days} 天前", at=timezone.make_aware(datetime.combine(day, time(0, 0, 1))))
    assert found(auditor, "/audit/", verb="export") == ["0 天前", "30 天前"]
    assert found(auditor, "/audit/", until=today - timedelta(days=1)) == ["30 天前", "31 天前"]
    assert found(auditor, "/audit/", since=today - timedelta(days=31), until=today - timedelta(days=31)) == ["31 天前"]


@pytest.mark.parametrize("address", ["/audit/", "/audit/changes/"])
@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        ({"since": "abc"}, "请填写正确的日期，例如 2026-11-25。"),
        ({"until": "2026-13-45"}, "请填写正确的日期，例如 2026-11-25。"),
        ({"since": "2026-11-25", "until": "2026-11-24"}, "结束日期不能早于开始日期。"),
        ({"organization": "没有这里"}, "没有找到“没有这里”，请核对单位名称。"),
        ({"organization": "街道"}, "请填写全称。"),
        ({"address": "10.0.0"}, "请填写一个 IP 地址，例如 10.0.0.8。"),
        ({"request": "1"}, "请求编号不完整，请从记录中整段复制。"),
        ({"person": "x" * 151}, "最多 150 字"),
        ({"person": "x\x00"}, "含有无法保存的字符"),
        ({"organization": "\x00"}, "含有无法保存的字符"),
    ],
)
def test_nonsense_gets_a_sentence_at_its_field(auditor, address, conditions, sentence):
    answer = auditor.get(address, conditions)
    assert (answer.status_code, answer.context["page"]) == (200, None)
    assert sentence in answer.content.decode()


@pytest.mark.parametrize(("address", "name"), [("/audit/", "verb"), ("/audit/changes/", "kind"), ("/audit/changes/", "label")])
def test_an_unknown_choice_gets_a_sentence(auditor, address, name):
    assert "没有这个选项" in auditor.get(address, {name: "'; DROP TABLE audit_act; --"}).content.decode()


@pytest.mark.parametrize(
    "below", ["x", "~~", "2026~audit_act~1", "2026-11-25T00:00:00+00:00~x~y", f"2026-11-25T00:00:00+00:00~x~{2**70}", "\x00"]
)
@pytest.mark.parametrize("address", ["/audit/", "/audit/changes/"])
def test_nonsense_as_a_page_is_the_beginning(auditor, address, below):
    assert auditor.get(address, {"below": below}).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_far_away_find_nothing(auditor, day):
    assert auditor.get("/audit/", {"since": day, "until": day}).status_code == 200
    assert auditor.get("/audit/changes/", {"until": day}).status_code == 200


def test_changes_say_field_by_field_what_was_and_what_is(auditor, jiaxing):
    change(jiaxing, user=1, name="王芳")
    page = auditor.get("/audit/changes/", {"kind": "organizations_pioneerunitevent", "label": "update"})
    [line] = page.context["page"].lines
    assert (line.subject, line.who) == ("秀水小学 二中队", "王芳")
    assert [(each.label, each.old, each.new) for each in line.differences] == [("名称", "一中队", "二中队"), ("队员数", "30", "31")]


def test_choices_rows_and_days_are_in_the_users_words(auditor, jiaxing):
    unit = change(jiaxing, user=1)
    event = unit.pgh_event_model.objects.filter(pgh_obj=unit.pk).latest("pgh_id")
    line = auditor.get(f"/audit/changes/organizations_pioneerunitevent/{event.pk}/").context["line"]
    said = {each.label: each.new for each in line.fields}
    assert said["所在单位"] == "秀水小学"
    assert said["报送单位"] == "南湖区"
    assert said["类别"] == unit.get_kind_display()
    assert said["成立日期"] == f"{unit.established_on:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("person", "王芳"),
        ("organization", "南湖区"),
        ("address", "10.0.0.8"),
        ("request", "0a32f4e4-6f0c-4f3f-8a0b-0a6b6a0d0b7c"),
        ("kind", "organizations_pioneerunitevent"),
    ],
)
def test_changes_are_found_by_each_condition(auditor, lead, jiaxing, condition, value):
    change(jiaxing, user=lead.pk, name="王芳", address="10.0.0.8", request="0a32f4e4-6f0c-4f3f-8a0b-0a6b6a0d0b7c")
    with pghistory.context(user=lead.pk + 1000, address="10.0.0.9", request=str(uuid4())):
        Organization.objects.filter(pk=jiaxing.place("秀洲区").pk).update(name="新村")
    conditions = {condition: value, "kind": "organizations_pioneerunitevent"} if condition == "organization" else {condition: value}
    assert [line for line in found(auditor, "/audit/changes/", **conditions) if "中队" in line] == [
        "修改 秀水小学 二中队",
        "新增 秀水小学 二中队",
    ]
    assert not [line for line in found(auditor, "/audit/changes/", **conditions) if "新村" in line]


def test_what_was_deleted_says_what_it_was(auditor, jiaxing):
    from tests.factories.plans import PlanFactory

    plan = PlanFactory(organization=jiaxing.county())
    with pghistory.context(user=1, name="王芳"):
        plan.stages.all().delete()
    [line] = auditor.get("/audit/changes/", {"kind": "plans_stageevent", "label": "delete"}).context["page"].lines
    assert line.subject.endswith("（已删除）")
    assert ("工作内容", "部署全年工作", "") in [(each.label, each.old, each.new) for each in line.differences]


def test_telephone_numbers_are_not_in_the_log_that_is_shown(auditor, jiaxing, lead):
    Contact.objects.create(user=lead, organization=jiaxing.county(), county=jiaxing.county(), phone="0573-82828282", email="w@example.cn")
    page = auditor.get("/audit/changes/", {"kind": "people_contactevent"}).content.decode()
    assert "0573-82828282" not in page and "w@example.cn" not in page
    assert "＊＊＊＊82" in page


def test_roles_given_are_read_as_roles(auditor, jiaxing, lead):
    roles.grant(user=lead, role="supervisor", organization=jiaxing.county())
    [line, *_] = auditor.get("/audit/changes/", {"kind": "accounts_membershipevent"}).context["page"].lines
    assert (line.kind, line.subject) == ("角色授予", "王芳")
    assert [(each.label, each.new) for each in line.differences] == [("人员", "王芳"), ("角色", "南湖区 督导员")]


def test_a_change_opens_to_all_that_its_request_did(auditor, jiaxing, lead):
    request = str(uuid4())
    unit = change(jiaxing, user=lead.pk, name="王芳", request=request)
    made = act(about="同一次", user=lead.pk, name="王芳", request=request)
    first = unit.pgh_event_model.objects.filter(pgh_obj=unit.pk).earliest("pgh_id")

    page = auditor.get(f"/audit/changes/organizations_pioneerunitevent/{first.pk}/")
    labels = [line.label for line in page.context["changes"] if line.log.table == "organizations_pioneerunitevent"]
    assert (labels, [line.act for line in page.context["acts"]]) == (["update"], [made])

    page = auditor.get(f"/audit/acts/{made.pk}/")
    assert page.context["acts"] == []
    assert [line.label for line in page.context["changes"] if line.log.table == "organizations_pioneerunitevent"] == ["insert", "update"]


def test_a_row_that_is_there_is_linked(auditor, jiaxing):
    school = jiaxing.school()
    event = Organization.pgh_event_model.objects.filter(pgh_obj=school.pk).latest("pgh_id")
    page = auditor.get(f"/audit/changes/organizations_organizationevent/{event.pk}/")
    assert f'href="/organizations/{school.pk}/"' in page.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/audit/acts/999999999/",
        f"/audit/acts/{10**30}/",
        "/audit/changes/organizations_pioneerunitevent/999999999/",
        f"/audit/changes/organizations_pioneerunitevent/{10**30}/",
        "/audit/changes/accounts_user/1/",
        "/audit/changes/audit_act/1/",
        "/audit/people/999999999/",
        f"/audit/people/{10**30}/",
        "/audit/packs/1999/pdf/",
        "/audit/packs/2026/docx/",
        "/audit/export/acts/exe/",
        "/audit/export/people/csv/",
    ],
)
def test_what_is_not_there_is_not_found(auditor, address):
    assert auditor.get(address).status_code == 404


def test_a_person_has_a_page(auditor, lead):
    act(Verb.SIGN_IN, "登录", user=lead.pk, name="王芳", at=datetime(2020, 1, 1, tzinfo=UTC))
    act(Verb.SIGN_IN, "别人", user=lead.pk + 1000)
    assert found(auditor, f"/audit/people/{lead.pk}/") == ["登录"]


@pytest.mark.parametrize("address", ["/audit/", "/audit/changes/"])
def test_pages_go_on_where_the_last_one_ended(auditor, jiaxing, address, monkeypatch):
    """Also among rows of the same moment, in whatever table: all of a transaction's changes have one time."""
    monkeypatch.setattr("apps.audit.views.SIZE", 7)
    moment = timezone.now()
    for number in range(20):
        services.record(Verb.EXPORT, f"第{number}条", at=moment)
    for number in range(4):
        change(jiaxing, at=f"{number}号小学", user=1)

    def keys(page):
        return [(line.act.pk,) if hasattr(line, "act") else (line.log.table, line.key) for line in page.lines]

    seen, conditions = [], {"until": timezone.localdate()}
    while True:
        page = auditor.get(address, conditions).context["page"]
        seen += keys(page)
        if page.older is None or len(seen) > 60:
            break
        assert len(page.lines) == 7
        conditions = {**conditions, "below": str(page.older)}
    assert len(seen) == len(set(seen)) >= 20
    if address == "/audit/":
        assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("address", ["/audit/", "/audit/changes/?kind=organizations_pioneerunitevent"])
def test_a_longer_list_takes_no_more_queries(auditor, jiaxing, address):
    def queries(number: int) -> int:
        for each in range(number):
            change(jiaxing, at=f"{number}年级{each}号小学", user=1, organization=jiaxing.county().pk)
            act(organization=jiaxing.county().pk)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            auditor.get(address)
        return len(captured)

    assert queries(1) == queries(3)


def test_demo_month_is_believable(jiaxing, auditor):
    from random import Random

    from apps.audit import demo

    for username in ("city", "nanhu", "nanhu-town"):
        jiaxing.person("county_lead", jiaxing.county(), username=username)
    demo.load(today=timezone.localdate(), random=Random(1))  # noqa: S311
    with scope.opened(scope.EVERYTHING):
        verbs = set(Act.objects.values_list("verb", flat=True))
        assert verbs >= {Verb.SIGN_IN, Verb.SIGN_IN_FAILED, Verb.EXPORT, Verb.VIEW_CONTACTS, Verb.VERIFY}
        assert Act.objects.latest_verification().details["sound"]
        assert Act.objects.newest_first()[0].at <= timezone.now()
        assert Act.objects.order_by("at")[0].at.date() >= date.today() - timedelta(days=32)  # noqa: DTZ011


def test_somebody_new_has_an_empty_page(auditor):
    assert "没有更多记录" in auditor.get(f"/audit/people/{UserFactory().pk}/").content.decode()
