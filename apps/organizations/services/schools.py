"""Writes to the register of schools. A school belongs to one reporting unit, and its name is its own within the city."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core import seen as seen_rows
from apps.core import turns
from apps.core.errors import DomainError
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, PioneerUnit, School
from apps.organizations.services.units import lock

PROFILE = ("area", "type", "strength", "is_new_resident", "class_count", "member_count", "opened_on")


@transaction.atomic
def register(*, parent: Organization, name: str, code: str | None, by: Any, **profile: Any) -> School:
    """Enter a school under a town, or directly under a reporting unit."""
    turns.take("organizations.schools")  # a name is looked for in every reporting unit
    _refuse_registered(parent, name, code)
    organization = Organization.objects.create(kind=Kind.SCHOOL, name=name, code=code or None, parent=parent)
    school = School(organization=organization, county_id=organization.county_id, **profile)
    school.full_clean()
    school.save()
    return school


@transaction.atomic
def amend(*, school: School, seen: str, by: Any, **profile: Any) -> School:
    """Keep a school's profile up to date. Raises Conflict when it is no longer what was `seen`."""
    stored = _locked(school)
    seen_rows.check(stored, PROFILE, seen)
    _refuse_closed(stored)
    for name in PROFILE:
        setattr(stored, name, profile[name])
    stored.full_clean()
    stored.save()
    return stored


@transaction.atomic
def close(*, school: School, on: date, by: Any) -> School:
    """A school that is closed or merged keeps its records; its brigade and squads end on the same day."""
    lock(school.organization)  # nobody establishes a squad meanwhile
    stored = _locked(school)
    _refuse_closed(stored)
    if on > timezone.localdate():
        raise DomainError("撤并日期不能晚于今天。", field="closed_on")
    if stored.opened_on and on < stored.opened_on:
        raise DomainError(f"撤并日期不能早于建校日期（{stored.opened_on}）。", field="closed_on")
    units = PioneerUnit.objects.filter(organization=stored.organization_id, dissolved_on__isnull=True)
    if later := units.filter(established_on__gt=on).first():
        raise DomainError(f"“{later}”成立于 {later.established_on}，撤并日期不能早于这一天。", field="closed_on")
    stored.closed_on = on
    stored.save()
    units.update(dissolved_on=on)
    return stored


def _locked(school: School) -> School:
    return School.objects.select_for_update(of=("self",)).select_related("organization").get(pk=school.pk)


def _refuse_closed(school: School) -> None:
    if school.closed_on:
        raise DomainError(f"{school}已于 {school.closed_on} 撤并，不能再修改。")


def _refuse_registered(parent: Organization, name: str, code: str | None) -> None:
    """Whoever has the name or the code already is named, also when they belong to another reporting unit: names are a public directory."""
    organizations = Organization.objects.select_related("parent", "county")
    if code and (holder := organizations.filter(code=code).first()):
        raise DomainError(f"这个代码已用于{_whereabouts(holder)}的“{holder}”，请核对。", field="code")
    namesake = organizations.filter(kind=Kind.SCHOOL, name=name).first()
    if namesake is None:
        return
    if namesake.parent_id == parent.pk:
        raise DomainError(f"{_whereabouts(namesake)}已有“{name}”，请勿重复登记。", field="name")
    raise DomainError(
        f"“{name}”已登记在{_whereabouts(namesake)}，一所学校只归一个报送单位。如确是另一所同名学校，请在校名前加上地名。", field="name"
    )


def _whereabouts(organization: Organization) -> str:
    if organization.parent is None or organization.county_id in (organization.pk, organization.parent_id):
        return str(organization.county)
    return f"{organization.county}{organization.parent}"
