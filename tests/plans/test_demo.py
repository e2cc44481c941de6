from datetime import date, datetime, time
from random import Random

import pytest
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.organizations.demo import SLUGS
from apps.plans import demo
from apps.plans.models import Plan, Step
from apps.years.models import Window
from tests.factories.people import UserFactory


@pytest.fixture
def load(jiaxing):
    """`load(today)`, with the accounts that the plans belong to."""
    for username in (*SLUGS.values(), "city"):
        UserFactory(username=username)
    return lambda today: demo.load(today=today, random=Random(1))  # noqa: S311


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 1, 1), [2012, 2013, 2025, 2026]),
        (date(2026, 4, 10), [2012, 2013, 2025, 2026]),
        (date(2026, 4, 11), [2012, 2013, 2026, 2027]),
        (date(2026, 12, 31), [2012, 2013, 2026, 2027]),
        (date(2014, 3, 1), [2012, 2013, 2014]),
    ],
)
def test_demo_is_never_late_and_never_ahead_of_its_day(load, clock, today, years):
    clock(today, 23)
    load(today)

    end = timezone.make_aware(datetime.combine(today, time.max))
    *closed, opening = Window.objects.order_by("year")
    assert [window.year for window in (*closed, opening)] == years
    assert opening.is_open(today) and today <= opening.due_on
    assert set(Plan.objects.filter(window__in=closed).values_list("state", flat=True)) == {State.APPROVED}
    assert Plan.objects.filter(window__in=closed).count() == 10 * len(closed)
    assert set(Plan.objects.filter(window=opening).values_list("state", flat=True)) == set(State.values)
    assert not any(plan.is_late for plan in Plan.objects.filter(window=opening).select_related("window"))
    assert not Plan.objects.filter(window=opening, organization__name="南湖区").exists()
    assert not Step.objects.filter(at__gt=end).exists()
    assert not Plan.objects.filter(updated_at__gt=end).exists()


def test_one_plan_of_the_last_year_was_late(load):
    load(timezone.localdate())
    assert [plan.organization.name for plan in Plan.objects.select_related("window", "organization") if plan.is_late] == ["桐乡市"]


def test_steps_tell_the_story_of_their_plan(load):
    load(timezone.localdate())
    after = {"submit": State.SUBMITTED, "return": State.RETURNED, "approve": State.APPROVED}
    for plan in Plan.objects.prefetch_related("steps", "stages"):
        steps = list(plan.steps.all())
        assert plan.version == 2 + len(steps)
        assert plan.state == (after[steps[-1].verb] if steps else State.DRAFT)
        if steps:
            assert (plan.submitted_at, plan.problems().keys() - {""}) == (steps[0].at, set())
            assert [row["title"] for row in steps[-1].content["stages"]] == [stage.title for stage in plan.stages.all()]
