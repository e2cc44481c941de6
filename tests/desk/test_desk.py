from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.desk.selectors import work
from apps.organizations.enums import UnitKind
from apps.organizations.roles import ROLES
from apps.years.services import windows
from tests.factories.organizations import UnitFactory
from tests.factories.people import UserFactory


def titles(client) -> dict[str, list[tuple[str, int]]]:
    return {pile.key: [(todo.title, todo.count) for todo in pile.todos] for pile in client.get("/desk/").context["piles"]}


def test_home_is_the_desk(jiaxing):
    client = jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))
    assert client.get("/", follow=True).redirect_chain == [("/desk/", 302)]


def test_desk_greets_by_name_role_and_organization(jiaxing):
    user = jiaxing.person("county_lead", jiaxing.county(), name="王芳")
    page = jiaxing.signed_in(user).get("/desk/").content.decode()
    assert "，王芳" in page
    assert "南湖区 · 县（市、区）少工委负责人" in page


@pytest.mark.parametrize(("hour", "words"), [(5, "夜深了"), (8, "早上好"), (11, "上午好"), (13, "中午好"), (17, "下午好"), (20, "晚上好")])
def test_greeting_goes_with_the_hour(hour, words):
    assert work.greeting(datetime(2026, 4, 10, hour, tzinfo=timezone.get_current_timezone())) == words


def test_desk_of_somebody_without_a_role_is_empty_and_says_so(jiaxing):
    page = jiaxing.signed_in(UserFactory()).get("/desk/")
    assert page.context["piles"] == []
    assert "都办好了" in page.content.decode()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_has_a_desk_and_enters_only_its_rooms(jiaxing, role):
    at = {"city": jiaxing.city, "county": jiaxing.county(), "town": jiaxing.town(), "school": jiaxing.school()}
    client = jiaxing.signed_in(jiaxing.person(role, at[sorted(ROLES[role].levels)[0]]))
    rooms = client.get("/desk/").context["rooms"]
    assert {room.url: client.get(room.url, follow=True).status_code for room in rooms} == {room.url: 200 for room in rooms}


def test_town_and_county_are_told_of_places_without_an_organisation(jiaxing):
    town, places = jiaxing.signed_in(jiaxing.person("town_counselor", jiaxing.town())), jiaxing.town().children.filter(kind="place").count()
    UnitFactory(organization=jiaxing.place())
    assert titles(town) == {"action": [("还没有登记少工委的镇（街道）", 1), ("还没有少先队组织的村（社区）", places - 1)]}
    UnitFactory(organization=jiaxing.town(), kind=UnitKind.TOWN_COMMITTEE)
    assert titles(town) == {"action": [("还没有少先队组织的村（社区）", places - 1)]}
    county = jiaxing.signed_in(jiaxing.person("county_editor", jiaxing.county()))
    assert {("还没有登记少工委的镇（街道）", 10), ("还没有少先队组织的村（社区）", 122)} <= set(titles(county)["info"])


def test_todo_opens_the_rows_it_counts(jiaxing):
    client = jiaxing.signed_in(jiaxing.person("town_counselor", jiaxing.town()))
    todos = client.get("/desk/").context["piles"][0].todos
    assert [client.get(todo.url).context["table"].paginator.count for todo in todos] == [todo.count for todo in todos] == [1, 5]


def test_school_is_told_to_register_its_brigade(jiaxing):
    school = jiaxing.school()
    client = jiaxing.signed_in(jiaxing.person("school_counselor", school))
    assert ("还没有登记大队、中队的学校", 1) in titles(client)["action"]
    UnitFactory(organization=school, kind=UnitKind.BRIGADE)
    assert "还没有登记大队、中队的学校" not in [title for title, _ in titles(client).get("action", [])]


def test_city_is_told_who_has_not_handed_in(jiaxing):
    today = timezone.localdate()
    window = {"opens_on": today, "due_on": today + timedelta(days=9), "closes_on": today + timedelta(days=30)}
    windows.set_days(kind="plans", year=2030, by=None, **window)
    client = jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))
    assert titles(client) == {"info": [("还没有上报2030年工作方案的单位", 10)]}


def test_desk_costs_the_same_with_one_and_three_units(jiaxing, django_assert_num_queries, django_assert_max_num_queries):
    client = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))
    client.get("/desk/")
    UnitFactory(organization=jiaxing.place())  # signed by the request before it, so it is something that its user did lately
    with django_assert_max_num_queries(60) as one:
        client.get("/desk/")
    for number in (1, 2):
        UnitFactory(organization=jiaxing.place(number=number), established_on=date(2012, 1, 1))
    with django_assert_num_queries(len(one)):
        client.get("/desk/")


def test_help_explains_every_role_and_state(jiaxing):
    page = jiaxing.signed_in(jiaxing.person("school_counselor", jiaxing.school())).get("/help/").content.decode()
    assert [role.label for role in ROLES.values() if role.label not in page] == []
    assert [state.label for state in State if state.label not in page] == []
