"""What the registers of places, schools and units say of a day."""

from datetime import date

import pytest

from apps.coverage import indicators
from apps.organizations.enums import AT_PLACE, UnitKind
from apps.organizations.models import Place
from apps.organizations.services import profiles
from tests.factories.organizations import UnitFactory

DAY = date(2013, 9, 1)
EVE = date(2013, 8, 31)


def places(day: date) -> set[int]:
    return {row["organization_id"] for row in indicators._places(day)}


def reached(day: date) -> list[tuple[int, str]]:
    return sorted((row["organization_id"], row["way"]) for row in indicators._reached(day))


def schools(rows) -> set[int]:
    return {row["organization_id"] for row in rows}


def test_a_place_counts_from_the_day_it_is_set_up_until_the_day_it_is_merged(jiaxing):
    place = jiaxing.place()
    Place.objects.filter(organization=place).update(opened_on=date(2012, 5, 1), closed_on=DAY)
    counts = {day: place.pk in places(day) for day in (date(2012, 4, 30), date(2012, 5, 1), EVE, DAY)}
    assert counts == {date(2012, 4, 30): False, date(2012, 5, 1): True, EVE: True, DAY: False}


def test_a_place_stands_in_its_own_group_and_county(jiaxing):
    place = jiaxing.place().place
    (row,) = (row for row in indicators._places(DAY) if row["organization_id"] == place.organization_id)
    assert row == {"organization_id": place.organization_id, "county_id": jiaxing.county().pk, "groups": [place.area]}


def test_what_a_merged_place_had_reaches_no_other_place(jiaxing):
    merged, into = jiaxing.place(), jiaxing.place(number=1)
    UnitFactory(organization=merged)
    profiles.close(profile=merged.place, on=DAY, by=None)
    assert reached(EVE) == [(merged.pk, "holiday_team")]
    assert reached(DAY) == []
    UnitFactory(organization=into, established_on=DAY)
    assert reached(DAY) == [(into.pk, "holiday_team")]


def test_a_place_is_reached_in_every_way_that_is_active(jiaxing):
    place = jiaxing.place()
    for kind in sorted(AT_PLACE):
        UnitFactory(organization=place, kind=kind, established_on=DAY)
    UnitFactory(organization=place, dissolved_on=DAY)
    UnitFactory(organization=jiaxing.town(), kind=UnitKind.TOWN_COMMITTEE)
    assert reached(DAY) == [(place.pk, kind) for kind in sorted(AT_PLACE)]
    assert {way for _, way in reached(DAY)} == set(indicators.ORGANIZATION.ways)
    assert reached(EVE) == [(place.pk, "holiday_team")]


def test_only_open_schools_of_new_residents_are_asked_for(jiaxing):
    asked = jiaxing.school(is_new_resident=True, opened_on=DAY, area="rural")
    jiaxing.school()
    jiaxing.school(is_new_resident=True, closed_on=DAY)
    rows = list(indicators._for_new_residents(DAY))
    assert rows == [{"organization_id": asked.pk, "county_id": jiaxing.county().pk, "groups": ["rural"]}]
    assert asked.pk not in schools(indicators._for_new_residents(EVE))


@pytest.mark.parametrize(
    ("kinds", "is_sound"),
    [
        ((UnitKind.BRIGADE, UnitKind.SQUAD), True),
        ((UnitKind.BRIGADE,), False),
        ((UnitKind.SQUAD, UnitKind.SQUAD), False),
    ],
)
def test_a_sound_organisation_is_a_brigade_with_a_squad(jiaxing, kinds, is_sound):
    school = jiaxing.school(is_new_resident=True)
    for kind in kinds:
        UnitFactory(organization=school, kind=kind, established_on=DAY)
    assert (school.pk in schools(indicators._sound(DAY))) is is_sound
    assert schools(indicators._sound(EVE)) == set()


def test_it_is_sound_no_longer_when_the_brigade_or_the_last_squad_ends(jiaxing):
    for ending in (UnitKind.BRIGADE, UnitKind.SQUAD):
        school = jiaxing.school(is_new_resident=True)
        for kind in (UnitKind.BRIGADE, UnitKind.SQUAD):
            UnitFactory(organization=school, kind=kind, dissolved_on=DAY if kind == ending else None)
    assert len(schools(indicators._sound(EVE))) == 2
    assert schools(indicators._sound(DAY)) == set()


def test_a_brigade_and_the_squad_of_another_school_are_no_organisation(jiaxing):
    UnitFactory(organization=jiaxing.school(), kind=UnitKind.BRIGADE)
    UnitFactory(organization=jiaxing.school(), kind=UnitKind.SQUAD)
    assert schools(indicators._sound(DAY)) == set()


def test_every_way_is_one_that_a_place_may_have():
    assert set(indicators.ORGANIZATION.ways) == AT_PLACE
