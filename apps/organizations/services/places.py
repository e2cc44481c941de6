"""Writes to the register of places."""

from typing import Any

from apps.organizations.models import Place
from apps.organizations.services import profiles

FACTS = ("area", "opened_on")


def amend(*, place: Place, seen: str, by: Any, **facts: Any) -> Place:
    """A village becomes an integrated community, or a city one; or the day on which it was set up. Raises Conflict when either is no
    longer what was `seen`.
    """
    return profiles.amend(profile=place, names=FACTS, seen=seen, facts=facts)
