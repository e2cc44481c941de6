"""What a meeting decided becomes a task of the unit's plan."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.conferences.models import Decision
from apps.conferences.services import decisions, meetings
from apps.core.errors import DomainError
from apps.core.lifecycle.enums import State
from apps.core.rich_text import plain
from apps.plans import services as plans
from apps.plans.models import Plan, Task
from tests.factories.conferences import DecisionFactory, MeetingFactory, MemberFactory
from tests.factories.plans import PlanFactory, WindowFactory

TODAY = timezone.localdate()


@pytest.fixture
def window(jiaxing):
    return WindowFactory(year=TODAY.year)


def confirm(meeting, by):
    return decisions.confirm(meeting=meeting, seen=meetings.digest(meeting), by=by)


def approved(unit, window, by):
    return PlanFactory(
        organization=unit, window=window, state=State.APPROVED, submitted_at=timezone.now(), submitted_by=by, decided_at=timezone.now()
    )


def test_confirmed_decisions_are_tasks_of_the_approved_plan(unit, lead, window):
    plan = approved(unit, window, lead)
    meeting = MeetingFactory(organization=unit, day=TODAY, recorded=True)
    decision = DecisionFactory(meeting=meeting)
    confirm(meeting, lead)
    decision.refresh_from_db()
    facts = ("plan", "title", "starts_on", "ends_on", "responsible", "source", "is_stage")
    assert Task.objects.values_list(*facts).get(pk=decision.task_id) == (
        plan.pk,
        "完成队室达标复查",
        TODAY,
        decision.due_on,
        "教育局",
        meeting.title,
        False,
    )
    assert decision.progress in ("未开始", "进行中")


def test_without_an_approved_plan_decisions_wait_and_say_so(jiaxing, unit, lead, meeting):
    decision = DecisionFactory(meeting=meeting)
    client = jiaxing.signed_in(lead)
    text = client.post(f"/conferences/{meeting.pk}/confirm/", {"seen": meetings.digest(meeting)}, follow=True).content.decode()
    assert f"{meeting.year}年工作方案还没有通过，议定事项等方案通过后列为任务。" in text
    decision.refresh_from_db()
    assert (decision.task, decision.progress) == (
        None,
        "纪要待确认" if not decision.meeting.confirmed_at else f"待{meeting.year}年方案通过",
    )


def test_approving_the_plan_makes_tasks_of_what_waits(unit, lead, officer, window):
    meeting = MeetingFactory(organization=unit, day=TODAY, recorded=True)
    waiting, other = DecisionFactory(meeting=meeting), DecisionFactory(meeting=MeetingFactory(organization=unit))  # the second unconfirmed
    confirm(meeting, lead)
    plan = plans.submit(report=PlanFactory(organization=unit, window=window), by=lead, version=1)
    plans.approve(report=plan, slot="review", by=officer, version=plan.version)
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.task.plan, other.task) == (Plan.objects.get(), None)


def test_decision_is_handed_over_once(unit, lead, window, meeting):
    approved(unit, window, lead)
    DecisionFactory(meeting=meeting)
    confirm(meeting, lead)
    reopened = meetings.reopen(meeting=meeting, reason="漏记一项", by=lead)
    DecisionFactory(meeting=reopened, text="另一项")
    confirm(reopened, lead)
    assert sorted(Task.objects.filter(is_stage=False).values_list("title", flat=True)) == ["另一项", "完成队室达标复查"]


def test_decision_that_is_a_task_stays_what_it_says(unit, lead, window, meeting):
    approved(unit, window, lead)
    decision = DecisionFactory(meeting=meeting)
    confirm(meeting, lead)
    meetings.reopen(meeting=meeting, reason="漏记一项", by=lead)
    with pytest.raises(DomainError, match="已列为工作方案的任务"):
        decisions.drop(decision=decision, by=lead)


def test_done_tasks_are_no_longer_open_decisions(unit, lead, window, meeting):
    approved(unit, window, lead)
    DecisionFactory(meeting=meeting)
    confirm(meeting, lead)
    assert Decision.objects.outstanding().count() == 1
    Task.objects.update(done_on=TODAY)
    assert Decision.objects.outstanding().count() == 0


def test_new_plan_begins_with_the_registered_conference(jiaxing, unit, lead):
    MemberFactory(organization=unit, name="李明", post="少工委主任", is_convener=True)
    window = WindowFactory(opens_on=TODAY, due_on=TODAY + timedelta(days=30), closes_on=TODAY + timedelta(days=60))
    plan, _ = plans.draft(organization=unit, window=window, by=lead)
    assert plain(plan.texts["safeguards"]).startswith("建立南湖区统筹城乡队建工作联席会议制度，成员为：李明（少工委主任，召集人）。")
    page = jiaxing.signed_in(lead).get(f"/plans/{plan.pk}/edit/").content.decode()
    assert "看登记的联席会议" in page
