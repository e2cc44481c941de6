"""Counselor exchanges between two schools, at any point of their life."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory

from apps.counselors import services
from apps.counselors.enums import Topic, Type
from apps.counselors.models import Exchange


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
