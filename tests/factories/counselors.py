"""Counselors, and their exchanges between two schools at any point of their life."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory

from apps.counselors.enums import Post, Topic, Type
from apps.counselors.models import Counselor, Exchange
from apps.counselors.services import exchanges as services


class CounselorFactory(factory.django.DjangoModelFactory):
    """`CounselorFactory(organization=school)`: a brigade counselor who has been trained."""

    class Meta:
        model = Counselor

    name = factory.Sequence(lambda number: f"王{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{'子丑寅卯辰巳午未申酉戌亥'[number // 10 % 12]}")
    post = Post.BRIGADE
    since = date(2010, 9, 1)
    certificate_number = "培字2011-12"
    certificate_issuer = "市少工委"
    certificate_on = date(2011, 7, 20)
    county_id = factory.SelfAttribute("organization.county_id")


class ExchangeFactory(factory.django.DjangoModelFactory):
    """`ExchangeFactory(organization=school, partner=other, created_by=counselor)`: a draft with nothing missing."""

    class Meta:
        model = Exchange

    year = 2026
    type = Type.LESSON_OBSERVATION
    topics = [Topic.ROUTINE, Topic.PLANNING]
    counselors = "李老师、周老师"
    starts_on = date(2026, 5, 11)
    ends_on = date(2026, 5, 12)
    hours = Decimal("6.5")
    summary = "观摩两节中队课，课后交流中队常规管理。"
    county_id = factory.SelfAttribute("organization.county_id")
    partner_county_id = factory.SelfAttribute("partner.county_id")


def submitted(*, by: Any, **facts: Any) -> Exchange:
    """One that waits for its reporting unit."""
    exchange = ExchangeFactory(created_by=by, **facts)
    return services.submit(report=exchange, by=by, version=exchange.version)
