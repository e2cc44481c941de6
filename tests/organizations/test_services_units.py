from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core import seen
from apps.core.errors import Conflict, DomainError
from apps.organizations import selectors
from apps.organizations.enums import PlaceArea, UnitKind
from apps.organizations.models import PioneerUnit, Place
from apps.organizations.services import places, profiles, units
from tests.factories.organizations import UnitFactory

FACTS = {"kind": UnitKind.HOLIDAY_TEAM, "name": "春晖小队", "established_on": date(2012, 3, 1), "member_count": 8, "guide": "王芳"}


def refused(call, **facts) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as caught:
        call(by=None, **facts)
    return caught.value.message, caught.value.field


def test_unit_belongs_to_the_county_of_its_place(jiaxing):
    unit = units.establish(organization=jiaxing.place(), by=None, **FACTS)
    assert (unit.county, unit.dissolved_on) == (jiaxing.county(), None)


@pytest.mark.parametrize("kind", [UnitKind.HOLIDAY_TEAM, UnitKind.COMMUNITY_COMMITTEE])
def test_school_has_no_units_of_a_place(jiaxing, kind):
    school = jiaxing.school(name="第一小学")
    assert refused(units.establish, organization=school, **{**FACTS, "kind": kind}) == (f"第一小学不能设立{kind.label}。", "kind")


def test_a_town_has_its_committee_and_nothing_else(jiaxing):
    committee = {**FACTS, "kind": UnitKind.TOWN_COMMITTEE}
    assert refused(units.establish, organization=jiaxing.town(), **FACTS)[1] == "kind"
    assert refused(units.establish, organization=jiaxing.place(), **committee)[1] == "kind"
    assert units.establish(organization=jiaxing.town(), by=None, **committee).county == jiaxing.county()


def test_a_merged_place_has_no_more_units(jiaxing):
    place = jiaxing.place()
    unit = UnitFactory(organization=place)
    profiles.close(profile=place.place, on=date(2014, 8, 31), by=None)
    assert PioneerUnit.objects.get(pk=unit.pk).dissolved_on == date(2014, 8, 31)
    sentence = f"{place}已于 2014-08-31 撤并，不能再设立少先队组织。"
    assert refused(units.establish, organization=place, **FACTS) == (sentence, None)
    facts = {"seen": seen.fingerprint(place.place, places.FACTS), "area": PlaceArea.URBAN, "opened_on": None}
    assert refused(places.amend, place=place.place, **facts) == (f"{place}已于 2014-08-31 撤并，不能再修改。", None)


def test_a_place_is_not_merged_before_it_was_set_up(jiaxing):
    place = jiaxing.place().place
    Place.objects.filter(pk=place.pk).update(opened_on=date(2010, 5, 1))
    with pytest.raises(DomainError) as caught:
        profiles.close(profile=place, on=date(2010, 4, 30), by=None)
    assert (caught.value.message, caught.value.field) == ("撤并日期不能早于设立日期（2010-05-01）。", "closed_on")
    with pytest.raises(IntegrityError, match="place_closed_after_opened"), transaction.atomic():
        Place.objects.filter(pk=place.pk).update(closed_on=date(2010, 4, 30))


def test_same_name_twice_is_refused_and_another_kind_is_not(jiaxing):
    place = jiaxing.place()
    units.establish(organization=place, by=None, **FACTS)
    assert refused(units.establish, organization=place, **FACTS) == ("这里已有名为“春晖小队”的雏鹰假日小队，请核对是否重复登记。", "name")
    units.establish(organization=place, by=None, **{**FACTS, "kind": UnitKind.SQUAD})


def test_name_of_an_ended_unit_is_not_used_again(jiaxing):
    place = jiaxing.place()
    unit = units.establish(organization=place, by=None, **FACTS)
    units.dissolve(unit=unit, on=date(2013, 5, 1), by=None)
    assert refused(units.establish, organization=place, **FACTS) == (
        "这里曾有同名的雏鹰假日小队（2013-05-01 撤销），请换一个名称。",
        "name",
    )


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(1949, 10, 12), "日期不能早于建队日（1949-10-13），请核对年份。"),
        (timezone.localdate() + timedelta(days=1), "日期不能晚于今天。"),
    ],
)
def test_established_between_the_founding_and_today(jiaxing, day, sentence):
    with pytest.raises(ValidationError) as caught:
        units.establish(organization=jiaxing.place(), by=None, **{**FACTS, "established_on": day})
    assert caught.value.message_dict == {"established_on": [sentence]}


def test_dissolving_ends_on_a_day_between_founding_and_today(jiaxing):
    unit = UnitFactory(organization=jiaxing.place(), established_on=date(2012, 3, 1), name="小队")
    assert refused(units.dissolve, unit=unit, on=date(2012, 2, 29)) == ("撤销日期不能早于成立日期（2012-03-01）。", "dissolved_on")
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert refused(units.dissolve, unit=unit, on=tomorrow) == ("撤销日期不能晚于今天。", "dissolved_on")
    units.dissolve(unit=unit, on=date(2012, 3, 1), by=None)
    assert refused(units.dissolve, unit=unit, on=date(2013, 1, 1)) == ("“小队”已于 2012-03-01 撤销，无需再办理。", None)


def test_second_of_two_amendments_is_told(jiaxing):
    unit = UnitFactory(organization=jiaxing.place(), name="小队")
    saw = seen.fingerprint(unit, units.AMENDABLE)
    units.amend(unit=unit, seen=saw, by=None, name="小队", member_count=9, guide="王芳")
    with pytest.raises(Conflict):
        units.amend(unit=unit, seen=saw, by=None, name="小队", member_count=7, guide="")
    assert PioneerUnit.objects.get(pk=unit.pk).member_count == 9


def test_ended_unit_is_not_amended(jiaxing):
    unit = UnitFactory(organization=jiaxing.place(), name="小队", dissolved_on=date(2013, 1, 1))
    facts = {"name": "小队", "member_count": 9, "guide": ""}
    assert refused(units.amend, unit=unit, seen=seen.fingerprint(unit, facts), **facts) == (
        "“小队”已于 2013-01-01 撤销，不能再修改。",
        None,
    )


@pytest.mark.parametrize(
    ("members", "guide", "sentences"),
    [
        (5, "王芳", ()),
        (13, "王芳", ()),
        (4, "王芳", ("小队一般为 5 至 13 人，现为 4 人，请核对。",)),
        (14, "", ("小队一般为 5 至 13 人，现为 14 人，请核对。", "雏鹰假日小队一般有一名固定的成人辅导员，现在没有填写。")),
    ],
)
def test_unusual_sizes_are_said_and_never_refused(jiaxing, members, guide, sentences):
    place = jiaxing.place()
    units.establish(organization=place, by=None, **{**FACTS, "member_count": members, "guide": guide})
    (line,) = selectors.units_at(organization=place, day=timezone.localdate()).active
    assert line.remarks == sentences


def test_school_without_brigade_or_with_one_squad_is_said(jiaxing):
    school, today = jiaxing.school(), timezone.localdate()
    UnitFactory(organization=school, kind=UnitKind.SQUAD, name="一（1）中队")
    assert selectors.units_at(organization=school, day=today).remarks == ("已有 1 个中队，还没有登记大队。",)
    UnitFactory(organization=school, kind=UnitKind.BRIGADE, name="大队")
    assert selectors.units_at(organization=school, day=today).remarks == ("大队一般由 2 个以上中队组成，现登记 1 个。",)


def test_squads_stand_grade_by_grade(jiaxing):
    school = jiaxing.school()
    for name in ("三（1）中队", "一（2）中队", "二（1）中队", "一（1）中队"):
        UnitFactory(organization=school, kind=UnitKind.SQUAD, name=name)
    found = selectors.units_at(organization=school, day=timezone.localdate())
    assert [line.unit.name for line in found.active] == ["一（1）中队", "一（2）中队", "二（1）中队", "三（1）中队"]


def test_dissolving_the_only_unit_of_a_place_takes_it_out_of_coverage(jiaxing):
    place, today = jiaxing.place(), timezone.localdate()
    unit = UnitFactory(organization=place)
    assert selectors.consequence_of_dissolving(unit=unit, day=today) == (
        f"这是{place}唯一的少先队组织，从撤销之日起{place}将不再计入组织覆盖。"
    )
    UnitFactory(organization=place)
    assert selectors.consequence_of_dissolving(unit=unit, day=today) == f"{place}还有 1 个少先队组织，仍计入组织覆盖。"


def test_place_becomes_an_integrated_community(jiaxing):
    place = jiaxing.place().place
    saw = seen.fingerprint(place, places.FACTS)
    assert places.amend(place=place, seen=saw, by=None, area=PlaceArea.INTEGRATED, opened_on=None).area == PlaceArea.INTEGRATED
    with pytest.raises(Conflict):
        places.amend(place=place, seen=saw, by=None, area=PlaceArea.URBAN, opened_on=None)
