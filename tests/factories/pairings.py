"""Pairings of two schools, at any point of their life."""

from datetime import date
from typing import Any

import factory

from apps.organizations.services import reports
from apps.pairings import services
from apps.pairings.models import Pairing


class PairingFactory(factory.django.DjangoModelFactory):
    """`PairingFactory(organization=school, partner=other, created_by=counselor)`: a draft with nothing missing."""

    class Meta:
        model = Pairing

    year = 2026
    goals = "两校每学期共同开展两次大队活动。"
    plan = "组织共建、活动联办、资源共享。"
    stages = "3月 启动\n6月 联办活动\n12月 总结"
    starts_on = date(2026, 3, 1)
    ends_on = date(2026, 12, 31)
    county_id = factory.SelfAttribute("organization.county_id")
    partner_county_id = factory.SelfAttribute("partner.county_id")


def proposed(*, by: Any, **facts: Any) -> Pairing:
    """One whose invitation waits for the partner."""
    pairing = PairingFactory(created_by=by, **facts)
    return services.submit(report=pairing, by=by, version=pairing.version)


def approve(pairing: Pairing, slot: str, by: Any) -> Pairing:
    return services.approve(report=pairing, slot=slot, by=by, version=pairing.version)


def send_back(pairing: Pairing, by: Any, reason: str = "请补充推进步骤。") -> Pairing:
    return reports.send_back(report=pairing, by=by, version=pairing.version, reason=reason, remarks={})
