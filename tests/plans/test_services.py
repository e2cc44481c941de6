from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.services import Incomplete
from apps.plans import services
from apps.plans.models import Plan
from apps.plans.sections import PARTS
from apps.years.services import windows
from tests.factories.plans import TEXTS, PlanFactory, StageFactory, WindowFactory


def handed_in(plan, by):
    return services.submit(report=plan, by=by, version=plan.version)


def test_plan_is_begun_once_a_year(jiaxing, window, lead):
    first, begun = services.draft(organization=jiaxing.county(), window=window, by=lead)
    second, begun_again = services.draft(organization=jiaxing.county(), window=window, by=lead)

    assert (first.pk, begun, begun_again) == (second.pk, True, False)


def test_plan_begins_from_last_years_approved_one_a_year_later(jiaxing, lead, officer):
    before = PlanFactory(organization=jiaxing.county(), window=WindowFactory(year=2027), texts={**TEXTS, "goals": "<p>上年目标</p>"})
    StageFactory(plan=before, position=2, title="闰日", starts_on=date(2028, 2, 29), ends_on=date(2028, 2, 29))
    services.approve(report=handed_in(before, lead), slot="review", by=officer, version=2)

    plan, _ = services.draft(organization=jiaxing.county(), window=WindowFactory(year=2028), by=lead)

    assert (plan.texts["goals"], plan.state, plan.submitted_at) == ("<p>上年目标</p>", State.DRAFT, None)
    assert list(plan.stages.values_list("title", "starts_on", "ends_on")) == [
        ("部署全年工作", date(2028, 3, 1), date(2028, 3, 31)),
        ("闰日", date(2029, 2, 28), date(2029, 2, 28)),
    ]


@pytest.mark.parametrize(
    ("ends", "opens", "sentence"),
    [
        (-30, -60, "2030年工作方案已于 {closes:%Y-%m-%d} 截止填报；如需补报，请向市少工委办公室申请延期。"),
        (30, 5, "2030年工作方案从 {opens:%Y-%m-%d} 开始填报。"),
    ],
)
def test_plan_is_not_begun_outside_the_window(jiaxing, lead, ends, opens, sentence):
    window = WindowFactory(year=2030, ends=ends, opens_on=timezone.localdate() + timedelta(days=opens))
    with pytest.raises(DomainError) as refused:
        services.draft(organization=jiaxing.county(), window=window, by=lead)
    assert refused.value.message == sentence.format(closes=window.closes_on, opens=window.opens_on)
    assert not Plan.objects.exists()


def test_submission_names_everything_that_is_missing(jiaxing, lead):
    plan = PlanFactory(organization=jiaxing.county(), bare=True, window=WindowFactory(year=2030, ends=-30))
    with pytest.raises(Incomplete) as refused:
        handed_in(plan, lead)
    assert refused.value.problems == {
        "guiding": "请填写指导思想。",
        "goals": "请填写目标任务。",
        "measures": "请填写工作措施。",
        "duties": "请填写责任分工。",
        "safeguards": "请填写保障机制。",
        "leader": "请填写负责人。",
        "contact": "请填写联系人及电话。",
        "stages": "请至少填写一个实施步骤。",
        "": plan.window.closed_sentence(timezone.localdate()),
    }


def test_every_stage_must_be_complete(plan, lead):
    StageFactory(plan=plan, position=2, responsible="")
    StageFactory(plan=plan, position=3, ends_on=None)
    with pytest.raises(Incomplete) as refused:
        handed_in(plan, lead)
    assert refused.value.problems == {"stages": "第 2、3 个实施步骤没有填完整（工作内容、起止日期、责任人）。"}


@pytest.mark.parametrize(("days", "hour", "minute", "second", "late"), [(0, 23, 59, 59, False), (1, 0, 0, 0, True)])
def test_late_begins_at_midnight_in_jiaxing(plan, lead, clock, days, hour, minute, second, late):
    clock(plan.window.due_on + timedelta(days=days), hour, minute, second)
    assert handed_in(plan, lead).is_late is late


def test_plan_revised_after_the_due_day_stays_in_time(plan, lead, officer, clock):
    clock(plan.window.due_on)
    handed_in(plan, lead)
    clock(plan.window.due_on + timedelta(days=5))
    returned = services.send_back(report=plan, by=officer, version=2, reason="请补充。", remarks={})
    assert handed_in(returned, lead).is_late is False


def test_step_keeps_what_the_plan_said_with_stages_and_files(plan, lead):
    handed_in(plan, lead)
    Plan.objects.filter(pk=plan.pk).update(state=State.RETURNED)
    Plan.objects.filter(pk=plan.pk).update(texts={"goals": "<p>后来改的</p>"})

    step, year = plan.steps.get(), plan.window.year

    assert (step.on_behalf_of, step.by) == ("南湖区少工委", lead)
    assert [line["key"] for line in step.content["figures"]] == ["organization", "town_committee"]
    assert step.content | {"figures": []} == {
        "sections": [{"key": section.key, "title": section.title} for section in PARTS],
        "texts": TEXTS,
        "figures": [],
        "leader": "李明，少工委主任",
        "contact": "王芳，0573-00000000",
        "stages": [{"title": "部署全年工作", "starts_on": f"{year}-03-01", "ends_on": f"{year}-03-31", "responsible": "办公室"}],
        "attachments": [],
    }


def test_second_reviewer_is_told_who_was_faster(plan, lead, officer, jiaxing):
    handed_in(plan, lead)
    second = jiaxing.person("city_officer", jiaxing.city)
    services.approve(report=plan, slot="review", by=officer, version=2)
    for act in (
        lambda: services.approve(report=plan, slot="review", by=second, version=2),
        lambda: services.send_back(report=plan, by=second, version=2, reason="请补充。", remarks={}),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        when = timezone.localtime(plan.steps.last().at).strftime("%H:%M")
        assert refused.value.message == f"朱勇在 {when} 已通过，您的操作没有执行。请核对最新内容后再继续。"


def test_window_refuses_dates_out_of_order(jiaxing, officer):
    with pytest.raises(ValidationError) as refused:
        windows.set_days(
            kind="plans", year=2031, opens_on=date(2031, 1, 1), due_on=date(2031, 4, 10), closes_on=date(2031, 4, 9), by=officer
        )
    assert refused.value.messages == ["三个日期应依次为：开始日期、上报期限、截止日期。"]
