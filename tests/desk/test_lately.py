"""What somebody did lately, and what is due next: in the role they wear, and in no other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.conferences.services import decisions, meetings
from apps.core.lifecycle.enums import State
from apps.organizations.enums import UnitKind
from apps.organizations.models import PioneerUnit, RoleHolding
from apps.organizations.services import roles
from apps.plans import services as plans
from apps.years.enums import Answer
from apps.years.models import Exemption, Extension
from tests.factories.conferences import MeetingFactory
from tests.factories.html import as_sent
from tests.factories.plans import PlanFactory, WindowFactory

TODAY = timezone.localdate()


def deeds(client):
    return [(deed.verb, deed.about, deed.url) for deed in client.get("/desk/").context["deeds"]]


def due_days(client):
    return [(day.label, day.on, day.is_extended, day.is_done) for day in client.get("/desk/").context["due_days"]]


@pytest.fixture
def window(jiaxing):
    return WindowFactory()


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county(), name="王芳")


@pytest.fixture
def county(jiaxing, lead):
    return jiaxing.signed_in(lead)


def test_steps_are_there_in_the_reports_own_words_for_who_took_them(jiaxing, county, lead, window):
    officer = jiaxing.person("city_officer", jiaxing.city)
    plan = plans.submit(report=PlanFactory(organization=jiaxing.county(), window=window), by=lead, version=1)
    plans.approve(report=plan, slot="review", by=officer, version=plan.version)
    assert deeds(county) == [("上报", str(plan), plan.get_absolute_url())]
    assert deeds(jiaxing.signed_in(officer)) == [("通过", str(plan), plan.get_absolute_url())]


def test_confirmed_minutes_are_a_deed(jiaxing, county, lead):
    meeting = MeetingFactory(organization=jiaxing.county(), recorded=True)
    decisions.confirm(meeting=meeting, seen=meetings.digest(meeting), by=lead)
    assert deeds(county) == [("确认纪要", f"南湖区 {meeting}", meeting.get_absolute_url())]


def test_registers_kept_through_pages_are_deeds(jiaxing):
    town = jiaxing.town()
    client = jiaxing.signed_in(jiaxing.person("town_counselor", town))
    place = jiaxing.place()
    form = {"kind": UnitKind.HOLIDAY_TEAM, "name": "一小队", "established_on": "2020-03-01", "member_count": 8, "guide": "王老师"}
    client.post(f"/organizations/{place.pk}/units/new/", form)
    unit = PioneerUnit.objects.get(name="一小队")
    assert deeds(client) == [("登记", f"{place} 一小队", place.get_absolute_url())]
    edit = f"/organizations/units/{unit.pk}/"
    client.post(edit, {**as_sent(client.get(edit), "data-guard"), "member_count": 9})
    assert {verb for verb, *_ in deeds(client)} == {"修改", "登记"}


def test_nothing_of_another_role_shows(jiaxing, lead, window):
    county, school = jiaxing.county(), jiaxing.school()
    roles.grant(user=lead, role="school_counselor", organization=school)
    plan = plans.submit(report=PlanFactory(organization=county, window=window), by=lead, version=1)
    client = jiaxing.signed_in(lead)
    shown = {}
    for hat in RoleHolding.objects.filter(group__user=lead):
        session = client.session
        session["hat"] = hat.pk
        session.save()
        shown[hat.role] = [about for _, about, _ in deeds(client)]
    assert shown == {"county_lead": [str(plan)], "school_counselor": []}


def test_desk_costs_no_more_after_four_steps_than_after_one(jiaxing, county, lead, django_assert_max_num_queries):
    county.get("/desk/")  # what the test writes from now on is signed with it
    first = MeetingFactory(organization=jiaxing.county(), recorded=True)
    decisions.confirm(meeting=first, seen=meetings.digest(first), by=lead)
    county.get("/desk/")
    with django_assert_max_num_queries(70) as one:
        county.get("/desk/")
    for _ in range(3):
        more = MeetingFactory(organization=jiaxing.county(), recorded=True)
        decisions.confirm(meeting=more, seen=meetings.digest(more), by=lead)
    with django_assert_max_num_queries(len(one)):
        county.get("/desk/")


def test_due_days_are_the_units_own(jiaxing, county, window):
    unit = jiaxing.county()
    assert due_days(county) == [(window.label, window.due_on, False, False)]
    PlanFactory(
        organization=unit,
        window=window,
        state=State.SUBMITTED,
        submitted_at=timezone.now(),
        submitted_by=jiaxing.person("county_lead", unit),
    )
    assert due_days(county) == [(window.label, window.due_on, False, True)]
    Exemption.objects.create(organization=unit, county=unit, window=window, reason="已并入市级方案")
    assert due_days(county) == []


def test_granted_extension_is_the_day_of_that_unit_alone(jiaxing, county, lead):
    window = WindowFactory(
        year=TODAY.year, opens_on=TODAY - timedelta(days=40), due_on=TODAY - timedelta(days=20), closes_on=TODAY - timedelta(days=10)
    )
    unit, until = jiaxing.county(), TODAY + timedelta(days=6)
    Extension.objects.create(
        organization=unit, county=unit, window=window, reason="换届", wanted_until=until, asked_by=lead, answer=Answer.GRANTED,
        until=until, answered_by=lead, answered_at=timezone.now(),
    )  # fmt: skip
    assert due_days(county) == [(window.label, until, True, False)]
    assert due_days(jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("秀洲区")))) == []


def test_returned_plan_lies_on_a_pile_of_its_own(jiaxing, county, lead, window):
    officer = jiaxing.person("city_officer", jiaxing.city)
    plan = plans.submit(report=PlanFactory(organization=jiaxing.county(), window=window), by=lead, version=1)
    plans.send_back(report=plan, by=officer, version=plan.version, reason="请补充。", remarks={})
    piles = {pile.key: [todo.title for todo in pile.todos] for pile in county.get("/desk/").context["piles"]}
    assert piles["returned"] == [f"{plan}被退回"]
