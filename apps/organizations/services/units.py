"""Writes to Pioneer organisations (大队、中队、雏鹰假日小队、社区少工委、镇（街道）少工委)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core import seen as seen_rows
from apps.core.errors import DomainError
from apps.organizations.enums import UNITS_AT, Kind
from apps.organizations.models import Organization, PioneerUnit
from apps.organizations.querysets import CLOSED_ON

AMENDABLE = ("name", "member_count", "guide")


@transaction.atomic
def establish(*, organization: Organization, by: Any, **facts: Any) -> PioneerUnit:
    """Record a unit (kind, name, established_on, member_count, guide) at a town, or at a school or place that is still there."""
    unit = PioneerUnit(organization=organization, county_id=organization.county_id, **facts)
    if unit.kind not in UNITS_AT.get(Kind(organization.kind), frozenset()):
        raise DomainError(f"{organization}不能设立{unit.get_kind_display()}。", field="kind")
    lock(organization)
    _refuse_closed(organization)
    _refuse_namesake(unit)
    unit.clean_fields(exclude=("organization", "county"))  # both are there, a namesake is not, and it has not ended yet
    unit.save()
    return unit


@transaction.atomic
def amend(*, unit: PioneerUnit, seen: str, by: Any, **facts: Any) -> PioneerUnit:
    """Keep a unit's name, member_count and guide up to date. Raises Conflict when they are no longer what was `seen`."""
    lock(unit.organization)
    stored = PioneerUnit.objects.select_for_update(of=("self",)).select_related("organization").get(pk=unit.pk)
    seen_rows.check(stored, AMENDABLE, seen)
    if stored.dissolved_on:
        raise DomainError(f"“{stored}”已于 {stored.dissolved_on} 撤销，不能再修改。")
    for name in AMENDABLE:
        setattr(stored, name, facts[name])
    _refuse_namesake(stored)
    stored.full_clean()
    stored.save()
    return stored


@transaction.atomic
def dissolve(*, unit: PioneerUnit, on: date, by: Any) -> PioneerUnit:
    """A unit is never deleted: it ends on a day."""
    stored = PioneerUnit.objects.select_for_update().get(pk=unit.pk)
    if stored.dissolved_on:
        raise DomainError(f"“{stored}”已于 {stored.dissolved_on} 撤销，无需再办理。")
    if on < stored.established_on:
        raise DomainError(f"撤销日期不能早于成立日期（{stored.established_on}）。", field="dissolved_on")
    if on > timezone.localdate():
        raise DomainError("撤销日期不能晚于今天。", field="dissolved_on")
    stored.dissolved_on = on
    stored.save()
    return stored


def lock(organization: Organization) -> None:
    """Two writers at one organization come one after the other, so that the second sees what the first wrote."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _refuse_closed(organization: Organization) -> None:
    (closed_on,) = Organization.objects.values_list(CLOSED_ON).get(pk=organization.pk)
    if closed_on:
        raise DomainError(f"{organization}已于 {closed_on} 撤并，不能再设立少先队组织。")


def _refuse_namesake(unit: PioneerUnit) -> None:
    namesake = PioneerUnit.objects.filter(organization=unit.organization, kind=unit.kind, name=unit.name).exclude(pk=unit.pk).first()
    if namesake is None:
        return
    if namesake.dissolved_on:
        raise DomainError(f"这里曾有同名的{unit.get_kind_display()}（{namesake.dissolved_on} 撤销），请换一个名称。", field="name")
    raise DomainError(f"这里已有名为“{unit.name}”的{unit.get_kind_display()}，请核对是否重复登记。", field="name")
