"""In which order to go on with what is missing: every reason that an indicator gives, and that it reads the same wherever it is read."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.counselors.enums import Post
from apps.counselors.services import exchanges
from apps.coverage import registry, selectors
from apps.coverage.selectors import reach
from apps.coverage.services import figures
from apps.coverage.tables.lists import REST
from apps.organizations.enums import Kind, UnitKind
from tests.factories import rooms, supervision
from tests.factories.counselors import CounselorFactory, ExchangeFactory, submitted
from tests.factories.coverage import open_year
from tests.factories.organizations import UnitFactory
from tests.factories.pairings import PairingFactory, approve, proposed

TODAY = timezone.localdate()
YEAR = TODAY.year
FIRST = date(YEAR, 1, 1)

DECLARED = [each for each in registry.indicators() if each.key != "plans_on_time"]  # what came too late stays late


@pytest.fixture
def known():
    """All of them here, and not only what the tests of the engine declare."""


def reasons(node, key, user):
    """Who is missing at a node and why they stand where they do, in order."""
    figures.settle()
    overview = selectors.overview(node=node, year=YEAR, user=user)
    indicator = overview.measure(key).indicator
    labels = [*(each.label for each in indicator.eases), REST]
    found = reach.candidates(overview=overview, indicator=indicator, user=user)
    return [(fact.organization, labels[fact.ease]) for fact in found]


@pytest.fixture
def asked(jiaxing):
    """What the city's office reads; a county and a town must read the same of their own."""

    def ask(key):
        read = reasons(jiaxing.city, key, jiaxing.person("city_officer", jiaxing.city))
        for node, role in ((jiaxing.county(), "county_lead"), (jiaxing.town(), "town_counselor")):
            if registry._indicators[key].level not in (Kind.COUNTY, node.kind):
                own = [(each, label) for each, label in read if node.pk in each.line]
                assert reasons(node, key, jiaxing.person(role, node)) == own
        return read

    return ask


def own(read, organizations):
    return [(each, label) for each, label in read if each in organizations]


def rest(read):
    return {label for _, label in read if label != REST}


@pytest.mark.parametrize("indicator", DECLARED, ids=lambda each: each.key)
def test_every_indicator_says_by_what_rule_its_missing_are_ordered(jiaxing, indicator):
    assert 1 <= len(indicator.eases) <= 2
    city = jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))
    jiaxing.school(is_new_resident=True)
    text = city.get(f"/coverage/{jiaxing.city.pk}/progress/?indicator={indicator.key}").content.decode()
    assert [each.label in text for each in indicator.eases] == [True] * len(indicator.eases)


def test_a_room_that_waits_for_its_county_then_one_that_lacks_a_single_thing(jiaxing, asked):
    nothing, many, drafted, single, small, waits = (jiaxing.school() for _ in range(6))
    rooms.handed_in(waits)
    rooms.handed_in(small, State.APPROVED, area=Decimal(8), is_standard=False)
    rooms.handed_in(single, State.RETURNED, items=rooms.everything()[1:], is_standard=False)
    rooms.handed_in(many, items=rooms.everything()[2:], is_standard=False)
    rooms.RoomFactory(organization=drafted, items=rooms.everything()[1:])

    assert own(asked("rooms"), {nothing, many, drafted, single, small, waits}) == [
        (waits, "队室已达到标准，待报送单位确认"),
        (single, "已登记，只差一项达到标准"),
        (small, "已登记，只差一项达到标准"),
        *((school, REST) for school in (nothing, many, drafted)),
    ]


def test_a_school_of_new_residents_that_lacks_its_squads_then_one_that_lacks_its_brigade(jiaxing, asked):
    neither, squad, brigade = (jiaxing.school(is_new_resident=True) for _ in range(3))
    UnitFactory(organization=squad, kind=UnitKind.SQUAD)
    UnitFactory(organization=brigade, kind=UnitKind.BRIGADE)
    UnitFactory(organization=neither, kind=UnitKind.BRIGADE, dissolved_on=TODAY)
    assert asked("new_resident") == [(brigade, "已有大队，只缺中队"), (squad, "已有中队，只缺大队"), (neither, REST)]


def test_a_town_that_lacks_its_chief_counselor_then_one_that_lacks_its_committee(jiaxing, asked):
    committee, chief = jiaxing.town("海宁市"), jiaxing.town()
    UnitFactory(organization=committee, kind=UnitKind.TOWN_COMMITTEE)
    CounselorFactory(organization=chief, post=Post.CHIEF)
    read = asked("town_committee")
    assert read[:2] == [(committee, "少工委已成立，只缺总辅导员"), (chief, "总辅导员已在任，只缺少工委")]
    assert {label for _, label in read[2:]} == {REST}


def test_a_pairing_under_way_is_a_reason_on_both_sides(two, asked):
    invited = two.own, two.partner
    proposed(organization=two.own, partner=two.partner, by=two.counselor, year=YEAR, starts_on=FIRST, ends_on=date(YEAR, 12, 31))
    assert own(asked("pairing"), invited) == [(school, "结对邀请已发出，正在办理") for school in invited]


def test_a_pairing_that_ended_is_a_reason_on_both_sides(two, asked):
    dates = {"starts_on": date(2013, 3, 1), "ends_on": date(2014, 1, 31)}
    pairing = proposed(organization=two.own, partner=two.partner, by=two.counselor, year=2013, **dates)
    for slot, by in (("accept", two.partner_counselor), ("confirm", two.county_lead), ("confirm_partner", two.partner_county_lead)):
        pairing = approve(pairing, slot, by)
    PairingFactory(organization=two.own, partner=two.partner, created_by=two.counselor, year=YEAR)  # a draft says nothing
    assert own(asked("pairing"), {two.own, two.partner}) == [(school, "往年结过对") for school in (two.own, two.partner)]


def test_an_exchange_that_waits_for_its_county(two, asked):
    submitted(organization=two.own, partner=two.partner, by=two.counselor, year=YEAR, starts_on=FIRST, ends_on=FIRST)
    ExchangeFactory(organization=two.partner, partner=two.own, created_by=two.partner_counselor, year=YEAR)
    both = two.own, two.partner
    assert own(asked("counselor_exchange"), both) == [(school, "当年交流已提交，待报送单位确认") for school in both]


def test_an_exchange_of_the_year_before(two, asked):
    day = date(YEAR - 1, 5, 11)
    exchange = submitted(organization=two.own, partner=two.partner, by=two.counselor, year=YEAR - 1, starts_on=day, ends_on=day)
    exchanges.approve(report=exchange, slot="confirm", by=two.county_lead, version=exchange.version)
    both = two.own, two.partner
    assert own(asked("counselor_exchange"), both) == [(school, "上一年参加过辅导员交流") for school in both]


def test_a_certificate_without_its_date_then_a_single_counselor_without_one(jiaxing, asked):
    nobody, two_lack, one_lacks, undated = (jiaxing.school() for _ in range(4))
    nothing = {"certificate_number": "", "certificate_issuer": "", "certificate_on": None}
    CounselorFactory(organization=undated, certificate_on=None)
    CounselorFactory(organization=undated)
    CounselorFactory(organization=one_lacks, **nothing)
    CounselorFactory(organization=one_lacks)
    for _ in range(2):
        CounselorFactory(organization=two_lack, **nothing)
    CounselorFactory(organization=nobody, post=Post.SQUAD, **nothing)

    assert asked("counselor_training") == [
        (undated, "证书已登记，只缺发证日期"),
        (one_lacks, "只有一位大队辅导员还没有证书"),
        (nobody, REST),
        (two_lack, REST),
    ]


def test_a_supervision_report_that_waits_to_be_received(jiaxing, asked):
    day = date(YEAR, 1, 1)
    supervision.handed_in(jiaxing.county("海宁市"), year=YEAR, measures_issued_on=day, body_set_up_on=None, body_name="", body_head="")
    reason = "督导情况已上报，待市少工委办公室接收"
    assert asked("supervision_measures")[0] == (jiaxing.county("海宁市"), reason)
    assert rest(asked("supervision_body")) == rest(asked("supervision_inspection")) == set()


def test_a_closed_year_is_not_ordered_by_what_is_so_today(jiaxing):
    waits = jiaxing.school()
    figures.close(year=open_year(2013), by=None)
    rooms.handed_in(waits)
    client = jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))
    text = client.get(f"/coverage/{jiaxing.city.pk}/progress/?indicator=rooms&year=2013").content.decode()
    assert "2013年已关闭，不再试算。" in text
    assert "队室已达到标准，待报送单位确认" not in text
