"""What follows from an approved plan: tasks made once, kept over revisions, reported by the unit, seen by the city."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from apps.core import todos
from apps.core.errors import Conflict, DomainError
from apps.core.seen import fingerprint
from apps.plans import services
from apps.plans.enums import Progress
from apps.plans.models import Plan, Task
from apps.years.models import Window
from tests.factories.plans import StageFactory
from tests.plans.conftest import YEAR


def approved(plan, lead, officer):
    plan.refresh_from_db()
    services.submit(report=plan, by=lead, version=plan.version)
    plan.refresh_from_db()
    return services.approve(report=plan, slot="review", by=officer, version=plan.version)


def returned(plan, officer):
    plan.refresh_from_db()
    return services.send_back(report=plan, by=officer, version=plan.version, reason="请调整。", remarks={})


def reported(task, by, done_on, note="已完成。"):
    return services.tasks.report(task=task, done_on=done_on, note=note, seen=fingerprint(task, Task.FACTS), by=by)


@pytest.fixture
def task(plan, lead, officer):
    """The one stage of 南湖区's plan, approved."""
    approved(plan, lead, officer)
    return Task.objects.get()


def test_stages_become_tasks_with_the_approval(plan, lead, officer):
    assert not Task.objects.exists()
    approved(plan, lead, officer)
    [task] = Task.objects.all()
    assert (task.title, task.starts_on, task.ends_on, task.responsible) == ("部署全年工作", date(YEAR, 3, 1), date(YEAR, 3, 31), "办公室")
    assert task.organization == plan.organization


def test_approving_again_keeps_what_was_reported_and_drops_what_is_gone(plan, lead, officer, clock):
    StageFactory(plan=plan, position=2, title="开展督导")
    StageFactory(plan=plan, position=3, title="总结")
    approved(plan, lead, officer)
    Window.objects.filter(pk=plan.window_id).update(closes_on=date(YEAR, 12, 31))
    plan = Plan.objects.get(pk=plan.pk)
    clock(date(YEAR, 4, 1))
    reported(Task.objects.get(title="部署全年工作"), lead, date(YEAR, 3, 30))
    meeting = services.tasks.add(
        plan=plan,
        title="落实经费",
        starts_on=date(YEAR, 4, 1),
        ends_on=date(YEAR, 5, 1),
        responsible="财政",
        by=officer,
        source="第一次联席会议",
    )
    returned(plan, officer)
    plan.stages.filter(title="总结").delete()
    plan.stages.filter(title="部署全年工作").delete()  # done all the same
    plan.stages.filter(title="开展督导").update(ends_on=date(YEAR, 12, 1))
    plan.refresh_from_db()
    StageFactory(plan=plan, position=4, title="表彰")
    for _ in range(2):
        approved(plan, lead, officer)
        returned(plan, officer)

    assert {task.title: (task.progress, task.ends_on) for task in Task.objects.all()} == {
        "部署全年工作": (Progress.DONE, date(YEAR, 3, 31)),
        "开展督导": (Progress.RUNNING, date(YEAR, 12, 1)),
        "总结": (Progress.DROPPED, date(YEAR, 3, 31)),
        "表彰": (Progress.OVERDUE, date(YEAR, 3, 31)),
        "落实经费": (Progress.RUNNING, date(YEAR, 5, 1)),
    }
    assert Task.objects.standing().count() == 4
    assert meeting.source == "第一次联席会议"


@pytest.mark.parametrize(
    ("day", "progress"),
    [(date(YEAR, 2, 28), "coming"), (date(YEAR, 3, 1), "running"), (date(YEAR, 3, 31), "running"), (date(YEAR, 4, 1), "overdue")],
)
def test_progress_follows_from_the_days(task, clock, day, progress):
    clock(day)
    assert task.progress == progress
    assert Task.objects.overdue_on(day).exists() is (progress == "overdue")


def test_the_unit_reports_a_task_done_and_the_city_sees_it(jiaxing, lead, officer, task, clock):
    clock(date(YEAR, 4, 2))
    county, city = jiaxing.signed_in(lead), jiaxing.signed_in(officer)
    page = county.get(f"/plans/tasks/{task.pk}/")
    posted = {"done_on": f"{YEAR}-03-30", "note": "已召开部署会。", "seen": page.context["form"]["seen"].value()}
    answer = county.post(f"/plans/tasks/{task.pk}/", posted)
    assert answer.url == f"/plans/{task.plan_id}/tasks/#task-{task.pk}"

    tasks = city.get(f"/plans/{task.plan_id}/tasks/")
    assert (tasks.context["doing"].done, tasks.context["doing"].total, tasks.context["may_edit"]) == (1, 1, False)
    assert "已召开部署会。" in tasks.content.decode()
    assert city.get(f"/plans/tasks/{task.pk}/").status_code == 403
    assert "已完成 <strong>1</strong> / 1 项" in city.get(f"/plans/{task.plan_id}/").content.decode()


def test_a_day_to_come_is_refused_and_the_second_of_two_is_told(task, lead, clock):
    clock(date(YEAR, 3, 10))
    with pytest.raises(Exception, match="日期不能晚于今天。"):
        reported(task, lead, date(YEAR, 3, 11))
    seen = fingerprint(task, Task.FACTS)
    reported(task, lead, date(YEAR, 3, 9))
    with pytest.raises(Conflict):
        services.tasks.report(task=task, done_on=None, note="", seen=seen, by=lead)


def test_what_was_dropped_is_not_reported(task, lead, clock):
    clock(date(YEAR, 4, 2))
    Task.objects.update(dropped_at=timezone.now())
    with pytest.raises(DomainError, match="不再安排"):
        reported(task, lead, date(YEAR, 3, 30))


def test_days_the_wrong_way_round_are_refused(plan, officer):
    with pytest.raises(DomainError, match="结束日期不能早于开始日期。"):
        services.tasks.add(plan=plan, title="x", starts_on=date(YEAR, 4, 2), ends_on=date(YEAR, 4, 1), responsible="y", by=officer)


def test_late_tasks_wait_on_the_desk_of_the_unit(task, lead, officer, clock):
    clock(task.ends_on + timedelta(days=1))
    assert [(todo.title, todo.count, todo.text) for todo in todos.of(lead) if "任务" in todo.title] == [
        (f"{YEAR}年工作任务已过期限", 1, "部署全年工作")
    ]
    assert [(todo.title, todo.count, todo.tone) for todo in todos.of(officer) if "任务" in todo.title] == [
        ("各单位逾期的工作任务", 1, "info")
    ]


def test_the_city_sees_how_far_every_unit_is(jiaxing, task, officer, lead):
    assert jiaxing.signed_in(officer).get("/plans/tasks/").context["lines"][0].doing.total == 1
    other = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("海盐县")))
    assert other.get("/plans/tasks/?year=x").context["lines"] == []


def test_figures_are_todays_in_a_draft_and_frozen_when_handed_in(jiaxing, plan, lead, officer):
    county, city = jiaxing.signed_in(lead), jiaxing.signed_in(officer)
    assert [line["key"] for line in county.get(f"/plans/{plan.pk}/edit/").context["figures"]] == ["organization", "town_committee"]
    approved(plan, lead, officer)
    Plan.objects.filter(pk=plan.pk).update(state="returned")
    Plan.objects.filter(pk=plan.pk).update(figures=[{"label": "旧", "covered": 1, "total": 2, "target": None}])
    Plan.objects.filter(pk=plan.pk).update(state="approved")
    assert city.get(f"/plans/{plan.pk}/").context["figures"][0]["label"] == "旧"
