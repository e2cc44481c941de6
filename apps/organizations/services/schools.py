"""Writes to the register of schools. A school belongs to one reporting unit, and its name is its own within the city."""

from typing import Any

from django.db import transaction

from apps.core import turns
from apps.core.errors import DomainError
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, School
from apps.organizations.services import profiles

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


def amend(*, school: School, seen: str, by: Any, **profile: Any) -> School:
    """Keep a school's profile up to date. Raises Conflict when it is no longer what was `seen`."""
    return profiles.amend(profile=school, names=PROFILE, seen=seen, facts=profile)


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
