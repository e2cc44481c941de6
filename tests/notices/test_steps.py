"""What the steps of a report tell: who decides next, and in the end whoever wrote it, on every side."""

from typing import Any

import pytest

from apps.core import scope
from apps.notices.enums import Kind
from apps.notices.models import Event, Notice
from apps.notices.services import events
from apps.organizations.grants import whole_scope
from apps.organizations.services import reports
from apps.plans import services as plans
from tests.factories.pairings import approve, proposed
from tests.factories.plans import PlanFactory


def news() -> list[tuple[str, str, str]]:
    """(who, kind, title) of what has not been told before, by reader."""
    events.fan_out()
    fresh = Notice.objects.unread().order_by("user__name", "pk")
    found = [(notice.user.name, notice.kind, notice.title) for notice in fresh.select_related("user")]
    fresh.update(read_at="2026-01-01T00:00Z")
    return found


@pytest.fixture
def people(jiaxing) -> dict[str, Any]:
    return {
        "lead": jiaxing.person("county_lead", jiaxing.county(), name="县负责人"),
        "editor": jiaxing.person("county_editor", jiaxing.county(), name="县编辑"),
        "officer": jiaxing.person("city_officer", jiaxing.city, name="市办"),
    }


def test_a_plans_way_is_told_at_both_ends(jiaxing, people):
    plan = PlanFactory(organization=jiaxing.county(), created_by=people["editor"])
    with scope.opened(whole_scope(people["lead"])):
        plan = plans.submit(report=plan, by=people["lead"], version=plan.version)
    assert news() == [("市办", Kind.SUBMITTED, f"{plan}待审核")]
    [event] = Event.objects.all()
    assert (event.url, event.text.startswith("南湖区少工委 县负责人于 ")) == (plan.get_absolute_url(), True)

    plan = plans.send_back(report=plan, by=people["officer"], version=plan.version, reason="请写明数量。", remarks={})
    assert news() == [("县编辑", Kind.RETURNED, f"{plan}被退回"), ("县负责人", Kind.RETURNED, f"{plan}被退回")]
    returned = Event.objects.latest("pk")
    assert (returned.text, returned.due) == ("市少工委办公室 市办：请写明数量。", plan.due_at)

    plan = plans.submit(report=plan, by=people["lead"], version=plan.version)
    plan = plans.approve(report=plan, slot="review", by=people["officer"], version=plan.version)
    assert news() == [
        ("县编辑", Kind.APPROVED, f"{plan}已通过"),
        ("县负责人", Kind.APPROVED, f"{plan}已通过"),
        ("市办", Kind.SUBMITTED, f"{plan}待审核"),
    ]


def test_a_pair_across_the_border_is_told_on_both_sides(jiaxing):
    """Each step is taken in the scope of one side alone."""
    here, there = jiaxing.school("南湖区"), jiaxing.school("秀洲区")
    mine = jiaxing.person("school_counselor", here, name="甲校")
    theirs = jiaxing.person("school_counselor", there, name="乙校")
    leads = {name: jiaxing.person("county_lead", jiaxing.county(name), name=name) for name in ("南湖区", "秀洲区")}
    with scope.opened(whole_scope(mine)):
        pairing = proposed(organization=here, partner=there, by=mine)
    name = f"{pairing}的结对"
    assert news() == [("乙校", Kind.SUBMITTED, f"{name}待答复")]
    with scope.opened(whole_scope(theirs)):
        pairing = approve(pairing, "accept", theirs)
    waiting = f"{name}待确认"
    assert news() == [
        ("南湖区", Kind.SUBMITTED, waiting),
        ("甲校", Kind.APPROVED, f"{name}：{there}已接受邀请"),
        ("秀洲区", Kind.SUBMITTED, waiting),
    ]
    with scope.opened(whole_scope(leads["南湖区"])):
        pairing = approve(pairing, "confirm", leads["南湖区"])
    said = f"{name}：南湖区少工委已确认"
    assert news() == [("乙校", Kind.APPROVED, said), ("甲校", Kind.APPROVED, said)]
    with scope.opened(whole_scope(leads["秀洲区"])):
        reports.send_back(report=pairing, by=leads["秀洲区"], version=pairing.version, reason="请补充。", remarks={})
    assert news() == [("乙校", Kind.RETURNED, f"{name}被退回"), ("甲校", Kind.RETURNED, f"{name}被退回")]


def test_a_step_that_is_undone_tells_nobody(jiaxing, people):
    from django.db import transaction

    plan = PlanFactory(organization=jiaxing.county(), created_by=people["lead"])
    with transaction.atomic():
        plans.submit(report=plan, by=people["lead"], version=plan.version)
        transaction.set_rollback(True)
    assert (Event.objects.count(), news()) == (0, [])
