from datetime import date

import pytest

from apps.counselors import indicators
from apps.counselors.enums import Post
from apps.counselors.services import exchanges
from apps.organizations.enums import UnitKind
from tests.factories.counselors import CounselorFactory, ExchangeFactory, submitted
from tests.factories.organizations import UnitFactory

DAY = date(2013, 9, 1)
EVE = date(2013, 8, 31)
DATES = {"year": 2013, "starts_on": DAY, "ends_on": date(2013, 9, 2)}


def keys(rows) -> set[int]:
    return {row["organization_id"] for row in rows}


# Towns


def test_every_town_is_asked_for(jiaxing):
    rows = list(indicators.towns(DAY))
    assert len(rows) == 72
    assert {"organization_id": jiaxing.town().pk, "county_id": jiaxing.county().pk} in rows


def chief(town, **facts):
    return CounselorFactory(organization=town, post=Post.CHIEF, **facts)


def test_a_town_needs_its_committee_and_a_chief_counselor(jiaxing):
    both, committee, counselor = jiaxing.town(), jiaxing.town("海宁市"), jiaxing.town("秀洲区")
    for town in (both, committee):
        UnitFactory(organization=town, kind=UnitKind.TOWN_COMMITTEE)
    for town in (both, counselor):
        chief(town)
    assert keys(indicators.staffed(DAY)) == {both.pk}


@pytest.mark.parametrize(
    ("committee", "counselor"),
    [
        ({"established_on": DAY}, {}),
        ({}, {"since": DAY}),
    ],
)
def test_both_have_begun(jiaxing, committee, counselor):
    UnitFactory(organization=jiaxing.town(), kind=UnitKind.TOWN_COMMITTEE, **committee)
    chief(jiaxing.town(), **counselor)
    assert (keys(indicators.staffed(EVE)), keys(indicators.staffed(DAY))) == (set(), {jiaxing.town().pk})


@pytest.mark.parametrize(
    ("committee", "counselor"),
    [
        ({"dissolved_on": DAY}, {}),
        ({}, {"until": DAY}),
    ],
)
def test_neither_has_ended(jiaxing, committee, counselor):
    UnitFactory(organization=jiaxing.town(), kind=UnitKind.TOWN_COMMITTEE, **committee)
    chief(jiaxing.town(), **counselor)
    assert (keys(indicators.staffed(EVE)), keys(indicators.staffed(DAY))) == ({jiaxing.town().pk}, set())


def test_a_volunteer_is_no_chief_counselor(jiaxing):
    UnitFactory(organization=jiaxing.town(), kind=UnitKind.TOWN_COMMITTEE)
    CounselorFactory(organization=jiaxing.town(), post=Post.VOLUNTEER)
    assert keys(indicators.staffed(DAY)) == set()


# Schools


def test_every_open_school_is_asked_for(jiaxing):
    school = jiaxing.school(area="rural", opened_on=DAY)
    jiaxing.school(closed_on=DAY)
    assert list(indicators.schools(DAY)) == [{"organization_id": school.pk, "county_id": jiaxing.county().pk, "groups": ["rural"]}]
    assert school.pk not in keys(indicators.schools(EVE))


def confirmed(two):
    exchange = submitted(organization=two.own, partner=two.partner, by=two.counselor, **DATES)
    return exchanges.approve(report=exchange, slot="confirm", by=two.county_lead, version=exchange.version)


def test_a_confirmed_exchange_counts_for_both_schools_from_its_first_day(two):
    confirmed(two)
    assert keys(indicators.exchanging(EVE)) == set()
    assert keys(indicators.exchanging(DAY)) == keys(indicators.exchanging(date(2013, 12, 31))) == {two.own.pk, two.partner.pk}


def test_an_exchange_counts_only_while_it_is_confirmed(two):
    ExchangeFactory(organization=two.own, partner=two.partner, created_by=two.counselor, **DATES)
    exchange = submitted(organization=two.partner, partner=two.own, by=two.partner_counselor, **DATES)
    assert keys(indicators.exchanging(DAY)) == set()
    exchange = exchanges.approve(report=exchange, slot="confirm", by=two.partner_county_lead, version=exchange.version)
    assert keys(indicators.exchanging(DAY)) == {two.own.pk, two.partner.pk}
    exchanges.send_back(report=exchange, by=two.partner_county_lead, version=exchange.version, reason="请补充小结。", remarks={})
    assert keys(indicators.exchanging(DAY)) == set()


def test_an_exchange_counts_in_its_own_year(two):
    confirmed(two)
    assert keys(indicators.exchanging(date(2014, 6, 1))) == keys(indicators.exchanging(date(2012, 12, 31))) == set()


def test_a_school_is_trained_from_the_day_of_the_last_certificate(jiaxing):
    school = jiaxing.school()
    CounselorFactory(organization=school)
    CounselorFactory(organization=school, certificate_on=DAY)
    assert (keys(indicators.trained(EVE)), keys(indicators.trained(DAY))) == (set(), {school.pk})


@pytest.mark.parametrize(
    "certificate",
    [
        {"certificate_number": "", "certificate_issuer": "", "certificate_on": None},
        {"certificate_on": None},
    ],
)
def test_one_who_has_no_certificate_or_no_date_on_it_keeps_the_school_out(jiaxing, certificate):
    school = jiaxing.school()
    CounselorFactory(organization=school)
    lacking = CounselorFactory(organization=school, **certificate)
    assert keys(indicators.trained(DAY)) == set()
    lacking.until = DAY
    lacking.save()
    assert (keys(indicators.trained(EVE)), keys(indicators.trained(DAY))) == (set(), {school.pk})


def test_a_school_that_nobody_serves_is_not_trained(jiaxing):
    CounselorFactory(organization=jiaxing.school(), since=date(2013, 9, 2))
    CounselorFactory(organization=jiaxing.school(), until=DAY)
    CounselorFactory(organization=jiaxing.school(), post=Post.SQUAD)
    assert keys(indicators.trained(DAY)) == set()
