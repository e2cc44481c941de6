from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.services import Incomplete
from apps.rooms import services
from apps.rooms.models import Checklist, ChecklistItem
from tests.factories.rooms import RoomFactory, default_checklist, everything, handed_in


@pytest.fixture
def school(jiaxing):
    return jiaxing.school()


@pytest.fixture
def counselor(jiaxing, school):
    return jiaxing.person("school_counselor", school)


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def stricter(jiaxing):
    """40 m², or 25 m² for schools of 12 classes or fewer, from today on."""
    checklist = Checklist.objects.create(
        title="示范标准",
        source="某地标准",
        effective_from=timezone.localdate(),
        min_area=Decimal(40),
        small_area=Decimal(25),
        small_up_to_classes=12,
    )
    ChecklistItem.objects.create(checklist=checklist, position=1, key="oath", label="入队誓词", group="charts")
    return checklist


def test_room_is_begun_once_under_the_checklist_in_force(school, counselor, stricter):
    first = services.draft(organization=school, by=counselor)
    second = services.draft(organization=school, by=counselor)

    assert first.pk == second.pk
    assert (first.checklist, first.state, first.county_id) == (stricter, State.DRAFT, school.county_id)


def test_closed_school_registers_no_room(jiaxing):
    school = jiaxing.school(closed_on=date(2014, 8, 31), name="并校小学")
    with pytest.raises(DomainError) as refused:
        services.draft(organization=school, by=jiaxing.person("school_counselor", school))
    assert refused.value.message == "并校小学已撤并，不能登记队室。"


def test_room_of_a_school_that_has_closed_meanwhile_is_not_submitted(school, counselor):
    room = RoomFactory(organization=school)
    school.school.closed_on = timezone.localdate()
    school.school.save()

    with pytest.raises(Incomplete) as refused:
        services.submit(report=room, by=counselor, version=room.version)
    assert refused.value.problems == {"": f"{school}已撤并，不能登记队室。"}


def test_threshold_follows_the_size_of_the_school(jiaxing, stricter):
    assert stricter.area_for(12) == 25
    assert stricter.area_for(13) == 40
    assert default_checklist().area_for(4) == 10
    assert stricter.area_rule() == "使用面积不少于 40 平方米，12 个班以下（含）的学校不少于 25 平方米"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"area": Decimal("9.5")}, ["使用面积 0.5 平方米"]),
        ({"area": None}, ["使用面积（未填写，标准为 10 平方米）"]),
        ({"items": None}, ["队鼓", "入队誓词"]),
        ({"area": Decimal(10)}, []),
    ],
)
def test_shortfalls_say_what_is_missing(school, facts, expected):
    if "items" in facts:
        facts = {"items": [key for key in everything() if key not in ("drums", "oath")]}
    assert RoomFactory(organization=school, **facts).shortfalls == expected


def test_incomplete_room_cannot_be_submitted(school, counselor):
    tomorrow = timezone.localdate() + timedelta(days=1)
    room = RoomFactory(organization=school, location="", area=None, built_on=tomorrow)

    with pytest.raises(Incomplete) as refused:
        services.submit(report=room, by=counselor, version=1)

    assert refused.value.problems == {
        "location": "请填写位置。",
        "area": "请填写使用面积（平方米）。",
        "built_on": "启用日期不能晚于今天。",
    }


def test_room_below_standard_is_submitted_and_confirmed_but_does_not_count(school, counselor, lead):
    room = RoomFactory(organization=school, area=Decimal(8))
    sent = services.submit(report=room, by=counselor, version=1)
    confirmed = services.approve(report=sent, slot="review", by=lead, version=2)

    assert (confirmed.state, confirmed.is_standard, confirmed.area_needed) == (State.APPROVED, False, 10)
    assert confirmed.verdict == "距标准还差：使用面积 2 平方米，不计入规范队室。"


def test_confirmation_measures_the_school_as_it_is_then(school, counselor, lead, stricter):
    school.school.class_count = 12
    school.school.save()
    room = RoomFactory(organization=school, checklist=stricter, items=["oath"], area=Decimal(30))
    sent = services.submit(report=room, by=counselor, version=1)
    assert (sent.is_standard, sent.area_needed) == (True, 25)

    school.school.class_count = 13
    school.school.save()
    confirmed = services.approve(report=sent, slot="review", by=lead, version=2)

    assert (confirmed.is_standard, confirmed.area_needed) == (False, 40)


def test_confirmed_room_may_be_returned_and_keeps_every_step(school, counselor, lead):
    room = RoomFactory(organization=school)
    sent = services.submit(report=room, by=counselor, version=1)
    confirmed = services.approve(report=sent, slot="review", by=lead, version=2)
    returned = services.send_back(report=confirmed, by=lead, version=3, reason="队室已改作教室", remarks={"area": "请重新测量"})

    assert returned.state == State.RETURNED
    steps = list(returned.steps.all())
    assert [step.verb_label for step in steps] == ["提交", "确认", "退回"]
    assert steps[0].on_behalf_of == school.name
    assert list(steps[2].remarks.values_list("passage", "label", "text")) == [("area", "使用面积（平方米）", "请重新测量")]
    assert steps[0].content["items"] == everything()


def test_second_of_two_reviewers_is_told(jiaxing, school, counselor, lead):
    sent = services.submit(report=RoomFactory(organization=school), by=counselor, version=1)
    services.approve(report=sent, slot="review", by=lead, version=2)

    with pytest.raises(Conflict) as refused:
        services.send_back(report=sent, by=jiaxing.person("county_lead", jiaxing.county()), version=2, reason="迟了", remarks={})

    assert lead.name in refused.value.message
    assert "已确认" in refused.value.message


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"area": Decimal("-1")}, "room_has_area"),
        ({"state": State.SUBMITTED}, "room_submitted_has_time"),
        ({"is_standard": True, "area": Decimal(9), "area_needed": Decimal(10)}, "room_standard_is_large_enough"),
    ],
)
def test_database_refuses_what_must_never_be(school, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RoomFactory(organization=school, **facts)


def test_a_school_has_one_room(school):
    handed_in(school)
    with pytest.raises(IntegrityError, match="room_once_for_school"), transaction.atomic():
        RoomFactory(organization=school)


def test_checklist_for_small_schools_is_complete_and_asks_less(jiaxing):
    checklist = Checklist(title="标准", source="出处", effective_from=date(2020, 1, 1), min_area=20, small_area=25, small_up_to_classes=12)
    with pytest.raises(ValidationError, match="面积不高于一般标准"):
        checklist.full_clean()
