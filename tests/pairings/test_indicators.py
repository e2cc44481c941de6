from datetime import date

import pytest

from apps.pairings import indicators
from tests.factories.pairings import PairingFactory, approve, proposed, send_back

FIRST, LAST = date(2013, 3, 1), date(2014, 1, 31)
DATES = {"starts_on": FIRST, "ends_on": LAST}


def keys(rows) -> set[int]:
    return {row["organization_id"] for row in rows}


def decisions(two):
    return ("accept", two.partner_counselor), ("confirm", two.county_lead), ("confirm_partner", two.partner_county_lead)


def confirmed(two):
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor, year=2013, **DATES)
    for slot, by in decisions(two):
        pairing = approve(pairing, slot, by)
    return pairing


@pytest.mark.parametrize(
    ("profile", "groups"),
    [
        ({"area": "rural"}, ["rural"]),
        ({"area": "urban", "strength": "strong"}, ["urban"]),
        ({"area": "rural", "strength": "weaker"}, ["rural", "weaker"]),
        ({"area": "urban", "is_new_resident": True}, ["urban", "new_resident"]),
        ({"area": "rural", "strength": "weaker", "is_new_resident": True}, ["rural", "weaker", "new_resident"]),
    ],
)
def test_a_school_may_be_in_several_groups(jiaxing, profile, groups):
    school = jiaxing.school(**profile)
    assert list(indicators.universe(FIRST)) == [{"organization_id": school.pk, "county_id": jiaxing.county().pk, "groups": groups}]


def test_only_schools_of_the_day_are_asked_for(jiaxing):
    later, closed = jiaxing.school(opened_on=LAST), jiaxing.school(closed_on=LAST)
    assert keys(indicators.universe(FIRST)) == {closed.pk}
    assert keys(indicators.universe(LAST)) == {later.pk}


def test_both_schools_count_from_the_first_day_to_the_last(two):
    confirmed(two)
    counts = {day: keys(indicators.covered(day)) for day in (date(2013, 2, 28), FIRST, LAST, date(2014, 2, 1))}
    both = {two.own.pk, two.partner.pk}
    assert counts == {date(2013, 2, 28): set(), FIRST: both, LAST: both, date(2014, 2, 1): set()}


def test_it_counts_when_the_last_yes_is_said(two):
    PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor, **DATES, year=2014)
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor, **DATES, year=2013)
    for slot, by in decisions(two):
        assert keys(indicators.covered(FIRST)) == set()
        pairing = approve(pairing, slot, by)
    assert keys(indicators.covered(FIRST)) == {two.own.pk, two.partner.pk}


def test_one_that_is_sent_back_no_longer_counts(two):
    send_back(confirmed(two), by=two.county_lead)
    assert keys(indicators.covered(FIRST)) == set()
