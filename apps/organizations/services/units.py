"""Writes to Pioneer organisations (大队、中队、雏鹰假日小队、社区少工委)."""

from datetime import date
from typing import Any

from django.db import transaction

from apps.core.errors import DomainError
from apps.organizations.models import Organization, PioneerUnit


@transaction.atomic
def establish(*, organization: Organization, by: Any, **facts: Any) -> PioneerUnit:
    """Record a unit at a school or a place."""
    unit = PioneerUnit(organization=organization, county_id=organization.county_id, **facts)
    unit.full_clean()
    unit.save()
    return unit


@transaction.atomic
def dissolve(*, unit: PioneerUnit, on: date, by: Any) -> PioneerUnit:
    """A unit is never deleted: it ends on a day."""
    stored = PioneerUnit.objects.select_for_update().get(pk=unit.pk)
    if stored.dissolved_on:
        raise DomainError(f"{stored.name}已于 {stored.dissolved_on} 撤销。")
    if on < stored.established_on:
        raise DomainError("撤销日期不能早于成立日期。", field="dissolved_on")
    stored.dissolved_on = on
    stored.save()
    return stored
