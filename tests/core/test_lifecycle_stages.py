"""What <c-steps> says about a report on its way."""

from datetime import date, datetime, time

import pytest
from django.utils import timezone

from apps.core.lifecycle.stages import stages
from apps.plans import services
from tests.factories.plans import PlanFactory, WindowFactory


@pytest.fixture
def told(jiaxing, monkeypatch):
    """`told(plan)`: (label, status, note) of each stage, on 9 April 2031 at noon."""
    noon = timezone.make_aware(datetime.combine(date(2031, 4, 9), time(12)))
    monkeypatch.setattr(timezone, "now", lambda: noon)
    return lambda plan: [(stage.label, stage.status, stage.note) for stage in stages(plan)]


def test_each_state_says_who_is_next_and_until_when(jiaxing, told):
    lead = jiaxing.person("county_lead", jiaxing.county(), name="王芳")
    officer = jiaxing.person("city_officer", jiaxing.city)
    window = WindowFactory(year=2031, opens_on=date(2031, 1, 1), due_on=date(2031, 4, 10), closes_on=date(2031, 12, 31))
    plan = PlanFactory(organization=jiaxing.county(), window=window, created_by=lead)
    assert told(plan) == [("填写", "current", "王芳"), ("上报", "next", "4月10日截止"), ("通过", "next", "市少工委办公室")]

    plan = services.submit(report=plan, by=lead, version=1)
    assert told(plan) == [("填写", "done", "王芳"), ("上报", "done", "王芳，4月9日 12:00"), ("通过", "current", "等待市少工委办公室办理")]

    returned = services.send_back(report=plan, by=officer, version=2, reason="请补充。", remarks={})
    assert told(returned)[0] == ("修改", "current", "请按退回意见修改后重报")

    plan = services.approve(report=services.submit(report=plan, by=lead, version=3), slot="review", by=officer, version=4)
    assert told(plan)[2] == ("通过", "done", "市少工委办公室，4月9日 12:00")


def test_another_year_is_named(jiaxing, told):
    plan = PlanFactory(organization=jiaxing.county(), window=WindowFactory(year=2032, due_on=date(2032, 4, 10), opens_on=date(2031, 1, 1)))
    assert told(plan)[1] == ("上报", "next", "2032年4月10日截止")
