from datetime import timedelta

import pytest

from apps.organizations import grants
from apps.organizations.services import roles
from apps.plans import services, todos
from tests.factories.plans import PlanFactory


@pytest.fixture
def said(lead):
    """(title, tone) of what waits for the county."""
    return lambda user=lead: [(todo.title, todo.tone) for todo in todos.to_write(user)]


def test_county_is_asked_to_write_then_to_revise(said, window, lead, officer, jiaxing):
    year = window.year
    assert said() == [(f"填报{year}年工作方案", "action")]
    plan = PlanFactory(organization=jiaxing.county(), window=window)
    assert said() == [(f"填报{year}年工作方案", "action")]
    services.submit(report=plan, by=lead, version=1)
    assert said() == []
    services.send_back(report=plan, by=officer, version=2, reason="请补充。", remarks={})
    assert said() == [(f"南湖区{year}年工作方案被退回", "warning")]


def test_late_plan_is_urgent_and_a_closed_window_asks_for_nothing(said, window, clock):
    clock(window.due_on + timedelta(days=1))
    assert said() == [(f"填报{window.year}年工作方案", "warning")]
    clock(window.closes_on + timedelta(days=1))
    assert said() == []


def test_somebody_of_two_units_is_asked_for_the_one_they_act_for(said, window, plan, lead, jiaxing):
    """One is handed in, the other is not begun: each hat is asked for its own."""
    roles.grant(user=lead, role="county_lead", organization=jiaxing.county("海盐县"))
    asked = {}
    for hat in grants.hats_of(lead):
        grants.wear(lead, hat)
        if hat.organization == plan.organization:
            services.submit(report=plan, by=lead, version=1)
        asked[str(hat.organization)] = said()
    assert asked == {"南湖区": [], "海盐县": [(f"填报{window.year}年工作方案", "action")]}


def test_city_is_asked_to_review_and_told_who_is_missing(plan, lead, officer):
    assert list(todos.to_review(officer)) == []
    services.submit(report=plan, by=lead, version=1)
    assert [(todo.title, todo.count) for todo in todos.to_review(officer)] == [("工作方案待审核", 1)]
    missing = next(todos.still_out(officer))
    assert (missing.count, "南湖区" in missing.text, missing.tone) == (9, False, "info")
    assert list(todos.to_write(officer)) == []
