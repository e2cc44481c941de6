from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle import rules
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.services import Incomplete
from apps.counselors.models import Exchange
from apps.counselors.services import exchanges as services
from tests.factories.counselors import ExchangeFactory, submitted


def test_exchange_is_confirmed_by_the_county_of_the_school_that_registers_it(two):
    exchange = submitted(organization=two.own, partner=two.partner, by=two.counselor)
    assert (exchange.state_label, [slot.who for slot in exchange.open_slots()]) == ("待确认", ["南湖区少工委"])
    assert rules.decisions(two.partner_counselor, exchange) == rules.decisions(two.partner_county_lead, exchange) == []

    exchange = services.approve(report=exchange, slot="confirm", by=two.county_lead, version=exchange.version)

    assert (exchange.state, exchange.state_label) == (State.APPROVED, "已确认")
    content = exchange.steps.get(slot="confirm").content
    assert (content["partner"], content["topics"], content["hours"]) == ("澉浦小学", ["routine", "planning"], "6.5")


def test_draft_refuses_oneself(two):
    with pytest.raises(DomainError) as refused:
        services.draft(organization=two.own, partner=two.own, year=2026, by=two.counselor)

    assert (refused.value.field, refused.value.message) == ("partner", "对方学校不能是本校。")


def test_same_school_may_be_visited_more_than_once(two):
    for _ in range(2):
        services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor)

    assert Exchange.objects.in_year(2026).count() == 2


def test_registration_says_what_is_missing(two):
    exchange = services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor)

    with pytest.raises(Incomplete) as refused:
        services.submit(report=exchange, by=two.counselor, version=1)

    assert refused.value.problems == {
        "type": "请填写交流形式。",
        "counselors": "请填写辅导员姓名。",
        "starts_on": "请填写开始日期。",
        "ends_on": "请填写结束日期。",
        "hours": "请填写交流时数。",
        "summary": "请填写交流小结。",
        "topics": "请至少选择一项交流内容。",
    }


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"hours": Decimal("0")}, "exchange_hours_sane"),
        ({"hours": Decimal("2000.1")}, "exchange_hours_sane"),
        ({"topics": ["theory", "gossip"]}, "exchange_topics_known"),
        ({"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}, "exchange_dates_in_order"),
        ({"state": State.APPROVED}, "exchange_submitted_has_time"),
    ],
)
def test_database_refuses(two, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ExchangeFactory(organization=two.own, partner=two.partner, created_by=two.counselor, **facts)


def test_change_of_school_by_two_people_tells_the_second(jiaxing, two):
    exchange = services.draft(organization=two.own, partner=two.partner, year=2026, by=two.counselor)
    colleague = jiaxing.person("school_counselor", two.own)
    services.change_partner(report=exchange, partner=jiaxing.school("桐乡市"), year=2026, by=two.counselor, version=1)

    with pytest.raises(Conflict, match=two.counselor.name):
        services.change_partner(report=exchange, partner=jiaxing.school("海宁市"), year=2026, by=colleague, version=1)


def test_awaiting_lists_what_the_rules_allow(two):
    ExchangeFactory(organization=two.own, partner=two.partner, created_by=two.counselor)
    submitted(organization=two.own, partner=two.partner, by=two.counselor)
    submitted(organization=two.partner, partner=two.own, by=two.partner_counselor)

    for user in (two.counselor, two.partner_counselor, two.county_lead, two.partner_county_lead):
        assert set(Exchange.objects.awaiting(user)) == {each for each in Exchange.objects.visible_to(user) if rules.decisions(user, each)}
        assert set(Exchange.objects.visible_to(user)) == {each for each in Exchange.objects.all() if user.has_perm("counselors.view", each)}
