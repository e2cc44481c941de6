"""Activity rooms in a given state, as if their way there had been gone."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.organizations.models import Organization
from apps.rooms.models import Checklist, Room
from tests.factories.people import UserFactory


def everything() -> list[str]:
    """All that the default checklist asks."""
    return [item.key for item in default_checklist().items.all() if item.required]


def default_checklist() -> Checklist:
    return Checklist.objects.get(effective_from=date(2012, 1, 1))


class RoomFactory(factory.django.DjangoModelFactory):
    """`RoomFactory(organization=school)`: a complete draft that would be standard."""

    class Meta:
        model = Room

    county_id = factory.SelfAttribute("organization.county_id")
    checklist = factory.LazyFunction(default_checklist)
    location = "教学楼二楼"
    area = Decimal(30)
    built_on = date(2012, 5, 1)
    items = factory.LazyFunction(everything)
    created_by = factory.SubFactory(UserFactory)


def handed_in(organization: Organization, state: str = State.SUBMITTED, **facts: Any) -> Room:
    """A room that was submitted; standard unless told otherwise."""
    by = facts.pop("submitted_by", None) or UserFactory()
    defaults = {"area_needed": Decimal(10), "is_standard": True, "submitted_at": timezone.now(), "submitted_by": by, "created_by": by}
    return RoomFactory(organization=organization, state=state, **{**defaults, **facts})
