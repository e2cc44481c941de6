"""Every list of the portal can be taken along: exactly what its page shows, for whoever may see it, and never unseen."""

import csv
from datetime import date, datetime
from io import BytesIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from apps.audit.models import Act
from apps.audit.taking import Taken
from apps.core import exports, throttle
from apps.core.guard import SIGNED_IN
from apps.core.lifecycle.enums import State
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.organizations.roles import ROLES
from tests.architecture.test_urls import patterns
from tests.factories.counselors import submitted
from tests.factories.ledgers import check, ledger
from tests.factories.notices import told
from tests.factories.organizations import SchoolFactory, UnitFactory
from tests.factories.pairings import proposed
from tests.factories.plans import WindowFactory
from tests.factories.rooms import handed_in

LISTS = {
    "organizations:list",
    "organizations:detail",
    "people:list",
    "notices:inbox",
    "notices:deliveries",
    "jobs:list",
    "coverage:dashboard",
    "coverage:day",
    "coverage:exemptions",
    "coverage:node",
    "coverage:progress",
    "coverage:years",
    "years:list",
    "years:extensions",
    "plans:list",
    "rooms:list",
    "pairings:list",
    "counselors:list",
    "supervision:list",
    "conferences:list",
    "exchange:home",
}


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def county(jiaxing, lead):
    return jiaxing.signed_in(lead)


@pytest.fixture
def city(jiaxing):
    return jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))


def lines(answer):
    """The rows of a csv, head first."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8"), answer.content
    return list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines()))


def sheet(answer):
    assert answer.status_code == 200, answer.content
    return CalamineWorkbook.from_filelike(BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()


def views():
    found = {name: (getattr(entry.callback, "view_class", object), entry) for name, entry in patterns()}
    return {name: (view, entry) for name, (view, entry) in found.items() if issubclass(view, Taken)}


def test_these_lists_can_be_taken_along():
    assert set(views()) == LISTS


def without() -> list[tuple[str, str]]:
    """Each list with a role that may not open it, where there is one."""
    lacking = {name: [key for key, role in ROLES.items() if view.permission not in role.permissions] for name, (view, _) in views().items()}
    return [(name, roles[0]) for name, roles in sorted(lacking.items()) if roles and views()[name][0].permission != SIGNED_IN]


@pytest.mark.parametrize(("name", "role"), without())
def test_without_the_permission_there_is_no_file(jiaxing, name, role):
    _, entry = views()[name]
    posts = {Kind.CITY: jiaxing.city, Kind.COUNTY: jiaxing.county(), Kind.TOWN: jiaxing.town(), Kind.SCHOOL: jiaxing.school()}
    person = jiaxing.person(role, next(post for level, post in posts.items() if level in ROLES[role].levels))
    arguments = dict.fromkeys(entry.pattern.converters, 1)
    assert jiaxing.signed_in(person).get(f"{reverse(name, kwargs=arguments)}?export=csv").status_code == 403


@pytest.fixture
def schools(jiaxing):
    for name in ("南湖区", "海宁市"):
        for number in "甲乙":
            school = jiaxing.school(name, name=f"{name}{number}小学", class_count=12)
            UnitFactory(organization=school)
        SchoolFactory(parent=jiaxing.county(name), name=f"{name}直属小学")


def test_schools_leave_as_their_ledger_and_come_back_unchanged(lead, county, schools):
    head, *rows = sheet(county.get("/organizations/?kind=school&q=小学&export=xlsx&sort=-name&page=9"))
    assert head == [column.heading for column in ledger("schools").columns]
    assert [row[2] for row in rows] == ["南湖区直属小学", "南湖区甲小学", "南湖区乙小学"]
    back = check("schools", [dict(zip(ledger("schools").names, row, strict=True)) for row in rows], by=lead)
    assert [(row.outcome, row.faults) for row in back] == [("unchanged", {})] * 3
    act = Act.objects.get(verb="export")
    assert (act.about, act.details) == ("学校，3 条", {"format": "xlsx", "filters": {"名称或代码": "小学", "类别": "学校"}, "count": 3})


def test_the_file_has_the_name_of_the_list_and_the_day(county, schools):
    answer = county.get("/organizations/?kind=school&export=csv")
    assert answer.headers["Content-Disposition"].endswith(f"filename*=utf-8''%E5%AD%A6%E6%A0%A1{timezone.localdate():%Y%m%d}.csv")


def test_a_search_for_everything_leaves_as_the_page_has_it(city, schools):
    head, *rows = lines(city.get("/organizations/?q=甲小学&export=csv&sort=name"))
    assert head == ["名称", "类别", "所在", "城乡", "少先队组织"]
    assert [(row[0], row[1]) for row in rows] == [("南湖区甲小学", "学校"), ("海宁市甲小学", "学校")]


@pytest.mark.parametrize(("table", "key", "names"), [("schools", "schools", {"南湖区甲小学", "南湖区乙小学"}), ("places", "places", None)])
def test_a_town_hands_out_its_places_and_schools(jiaxing, county, schools, table, key, names):
    head, *rows = lines(county.get(f"{jiaxing.town().get_absolute_url()}?export=csv&table={table}"))
    assert head == [column.heading for column in ledger(key).columns]
    assert {row[1] for row in rows} == {jiaxing.town().name}
    assert names is None or {row[2] for row in rows} == names


def test_what_is_not_on_the_page_cannot_be_taken(jiaxing, county, schools):
    assert county.get(f"{jiaxing.town().get_absolute_url()}?export=csv&table=branches").status_code == 404
    assert county.get(f"{jiaxing.town('海宁市').get_absolute_url()}?export=csv").status_code == 404
    assert county.get(f"{jiaxing.place().get_absolute_url()}?export=csv").status_code == 404
    assert county.get("/organizations/?kind=school&export=exe").headers["Content-Type"] == "text/html; charset=utf-8"
    assert not Act.objects.filter(verb="export").exists()


def test_rooms_leave_with_days_and_numbers(jiaxing, city, county, schools):
    for name in ("南湖区", "海宁市"):
        handed_in(Organization.objects.get(name=f"{name}甲小学"), State.APPROVED, built_on=date(2012, 5, 1))
    head, *rows = sheet(city.get("/rooms/?state=approved&export=xlsx&sort=-county"))
    assert head == ["学校", "报送单位", "镇（街道）", "城乡", "状态", "面积（平方米）", "启用日期", "提交日期"]
    assert [(row[0], *row[5:]) for row in rows] == [
        ("海宁市甲小学", 30, date(2012, 5, 1), timezone.localdate()),
        ("南湖区甲小学", 30, date(2012, 5, 1), timezone.localdate()),
    ]
    assert rows[0][4] == "已确认 规范队室"
    assert [row[0] for row in lines(county.get("/rooms/?state=approved&export=csv"))[1:]] == ["南湖区甲小学"]


def test_a_counselor_has_no_list_of_rooms(jiaxing):
    counselor = jiaxing.signed_in(jiaxing.person("school_counselor", jiaxing.school()))
    assert counselor.get("/rooms/?export=csv").status_code == 404


def test_two_sided_reports_leave_with_both_sides(two, jiaxing):
    proposed(organization=two.own, partner=two.partner, by=two.counselor)
    submitted(organization=two.own, partner=two.partner, by=two.counselor)
    lead = jiaxing.signed_in(two.county_lead)
    head, row = lines(lead.get("/pairings/?export=csv"))
    found = dict(zip(head, row, strict=True))
    assert [found[name] for name in ("发起学校", "报送单位", "对方学校", "对方报送单位", "开始日期", "结束日期")] == [
        "城东小学",
        "南湖区",
        "澉浦小学",
        "海盐县",
        "2026-03-01",
        "2026-12-31",
    ]
    assert lines(lead.get("/counselors/?export=csv"))[1][0] == "城东小学"
    elsewhere = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("海宁市")))
    assert [len(lines(elsewhere.get(f"/{app}/?export=csv"))) for app in ("pairings", "counselors")] == [1, 1]


def test_boards_leave_as_they_are_narrowed(city, county):
    window = WindowFactory()
    head, *rows = sheet(city.get("/plans/?export=xlsx"))
    assert head == ["报送单位", "状态", "时限", "上报时间", "未解决意见", "最近动态", "最近催办"]
    assert rows[0][:3] == ["南湖区", "未填报", "还有 10 天"]
    assert len(rows) == 10
    assert len(lines(city.get("/plans/?export=csv&state=submitted"))) == 1
    assert Act.objects.filter(verb="export").latest("pk").details["filters"] != {}
    assert lines(county.get("/plans/?export=csv"))[1][0] == f"{window.year}年"
    assert lines(city.get("/years/?export=csv"))[0] == ["年度", "状态", "上报期限"]
    for address in ("/supervision/", "/conferences/", "/years/extensions/", "/jobs/", "/notices/", "/notices/deliveries/"):
        assert city.get(f"{address}?export=csv").status_code in (200, 404), address


def test_the_rows_behind_a_figure_leave_too(jiaxing, county):
    UnitFactory(organization=jiaxing.place())
    UnitFactory(organization=jiaxing.place("海宁市"))
    address = f"/coverage/{jiaxing.town().pk}/?indicator=organization&export=csv&table=listed"
    assert [row[0] for row in lines(county.get(f"{address}&state=covered"))[1:]] == [jiaxing.place().name]
    missing = {row[0] for row in lines(county.get(f"{address}&state=missing"))[1:]}
    assert {place.name in missing for place in (jiaxing.place(), jiaxing.place(number=1))} == {False, True}
    head, *rows = lines(county.get("/coverage/?export=csv"))
    town = dict(zip(head, next(row for row in rows if row[0] == jiaxing.town().name), strict=True))
    assert (town["组织覆盖率：已覆盖"], int(town["组织覆盖率：应覆盖"])) == ("1", len(missing) + 1)


def test_an_inbox_leaves_as_it_is_narrowed(jiaxing, county, lead):
    told(jiaxing.county(), title="一件事")
    told(jiaxing.county("海宁市"), title="别人的事")
    assert [row[2] for row in lines(county.get("/notices/?export=csv&state=unread"))[1:]] == ["一件事"]
    assert lines(county.get("/notices/?export=csv&state=read"))[1:] == []


def test_moments_leave_as_moments(jiaxing, county, lead):
    lead.last_login = datetime.fromisoformat("2026-05-01T08:30:40+08:00")
    lead.save()
    [_, row] = sheet(county.get(f"/people/?q={lead.username}&export=xlsx"))
    assert row[7] == datetime.fromisoformat("2026-05-01T08:30")


def test_no_text_is_computed(jiaxing, county):
    jiaxing.school(name="=1+1小学")
    [_, row] = lines(county.get("/organizations/?q=小学&export=csv"))
    assert row[0] == "'=1+1小学"
    assert "<f>" not in str(county.get("/organizations/?q=小学&export=xlsx").getvalue())


def test_a_list_that_is_too_long_leads_back(county, schools, monkeypatch):
    monkeypatch.setattr(exports, "MAX_ROWS", 2)
    answer = county.get("/organizations/?kind=school&export=xlsx&table=table", follow=True)
    assert answer.redirect_chain == [("/organizations/?kind=school", 302)]
    assert "共 3 条，超过 2 条，一个文件装不下。请增加条件再导出。" in answer.content.decode()
    assert len(lines(county.get("/organizations/?kind=school&export=csv"))) == 4


def test_taking_too_often(county, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "export": "2/minute"}
    throttle._limiter().storage.reset()
    cache.clear()
    assert [county.get("/organizations/?kind=school&export=csv").status_code for _ in range(3)] == [200, 200, 429]
    assert county.get("/organizations/?kind=school").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("address", "cost"), [("/organizations/?kind=school", 15), ("/rooms/?county=", 15), ("/people/?q=", 20)])
def test_a_file_costs_the_same_for_many_rows(jiaxing, city, address, cost, count):
    for number in range(count):
        school = jiaxing.school(name=f"第{number}小学")
        jiaxing.person("school_counselor", school)
    with CaptureQueriesContext(connection) as queries:
        assert len(lines(city.get(f"{address}&export=csv"))) > count
    assert len(queries) == cost
