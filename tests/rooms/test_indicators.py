from datetime import date
from decimal import Decimal

from apps.core.lifecycle.enums import State
from apps.rooms import indicators
from tests.factories.rooms import handed_in


def test_universe_is_the_schools_open_on_the_day(jiaxing):
    always = jiaxing.school()
    later = jiaxing.school(opened_on=date(2013, 9, 1), area="rural")
    closed = jiaxing.school(closed_on=date(2013, 8, 31))

    county = jiaxing.county().pk
    as_rows = [
        {"organization_id": school.pk, "county_id": county, "groups": [area]} for school, area in ((always, "urban"), (later, "rural"))
    ]
    assert sorted(indicators.universe(date(2013, 12, 31)), key=lambda row: row["organization_id"]) == as_rows
    assert {row["organization_id"] for row in indicators.universe(date(2012, 12, 31))} == {always.pk, closed.pk}


def test_covered_are_confirmed_standard_rooms_in_use(jiaxing):
    counted = jiaxing.school()
    handed_in(counted, State.APPROVED)
    handed_in(jiaxing.school(), State.SUBMITTED)
    handed_in(jiaxing.school(), State.RETURNED)
    handed_in(jiaxing.school(), State.APPROVED, area=Decimal(8), is_standard=False)
    handed_in(jiaxing.school(), State.APPROVED, built_on=date(2013, 1, 1))

    assert list(indicators.covered(date(2012, 12, 31))) == [{"organization_id": counted.pk}]
