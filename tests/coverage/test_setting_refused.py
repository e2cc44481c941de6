"""What the city types by mistake when it sets targets and steps: a sentence at its field, the words kept, and nothing written."""

import pytest
from django.utils import timezone

from apps.coverage.models import Milestone, Target
from tests.factories.coverage import MilestoneFactory, set_target

TODAY = timezone.localdate()
YEAR = TODAY.year


@pytest.fixture
def city(jiaxing, officer):
    return jiaxing.signed_in(officer)


@pytest.fixture
def forms(jiaxing, known):
    return {
        "apart": {"indicator": "organization", "county": jiaxing.county().pk, "percent": "60", "reason": "新划入两个镇，当年起步。"},
        "steps": {"indicator": "organization", "due_on": f"{YEAR}-06-30", "percent": "60"},
    }


@pytest.mark.parametrize("form", ["apart", "steps"])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-5", "目标应在 0 到 100 之间。"),
        ("150", "目标应在 0 到 100 之间。"),
        ("60.123", "最多保留 2 位小数。"),
        ("六成", "请填写数字。"),
        ("", "请填写目标（%）。"),
    ],
)
def test_a_percentage_that_is_none(city, forms, form, typed, sentence):
    before = Target.objects.count()
    answer = city.post(f"/coverage/targets/{form}/?year={YEAR}", {**forms[form], "percent": typed})
    assert answer.status_code == 200
    assert dict(answer.context["form"].errors) == {"percent": [sentence]}
    assert f'value="{typed}"' in answer.content.decode() or not typed
    assert (Target.objects.count(), Milestone.objects.count()) == (before, 0)


@pytest.mark.parametrize("asked", ["0000", "2011", "9999", "２０２０", "next", ""])
def test_a_year_that_is_none_is_this_one(city, forms, asked):
    city.post(f"/coverage/targets/apart/?year={asked}", forms["apart"])
    assert Target.objects.get(county__isnull=False).year == YEAR


def test_what_somebody_else_has_just_taken_away_is_said_to_be_gone(jiaxing, city):
    step, target = MilestoneFactory(), set_target("organization", YEAR, "60", jiaxing.county())
    for address in (f"/coverage/targets/steps/{step.pk}/remove/", f"/coverage/targets/apart/{target.pk}/withdraw/"):
        city.post(address)
        answer = city.post(address, follow=True)
        assert answer.redirect_chain == [("/coverage/targets/", 302)]
        assert "这一条已经不在，可能刚由他人移除。" in answer.content.decode()


def test_the_citys_own_target_is_not_taken_away_here(city):
    target = Target.objects.get(indicator="organization", year=2013)
    city.post(f"/coverage/targets/apart/{target.pk}/withdraw/")
    assert Target.objects.filter(pk=target.pk).exists()
