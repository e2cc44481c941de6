"""Writes to the register of places."""

from typing import Any

from django.db import transaction

from apps.core import seen as seen_rows
from apps.organizations.models import Place

FACTS = ("area",)


@transaction.atomic
def reclassify(*, place: Place, area: str, seen: str, by: Any) -> Place:
    """A village becomes an integrated community, or a city one. Raises Conflict when its area is no longer what was `seen`."""
    stored = Place.objects.select_for_update(of=("self",)).select_related("organization").get(pk=place.pk)
    seen_rows.check(stored, FACTS, seen)
    stored.area = area
    stored.full_clean()
    stored.save()
    return stored
