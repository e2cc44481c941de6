"""Which schools have an activity room and which have not."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, FilteredRelation, Q, QuerySet

from apps.core.lifecycle.enums import State
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization, School


@dataclass(frozen=True)
class Tally:
    """How far some schools are with their rooms."""

    schools: int
    standard: int
    waiting: int
    missing: int


def schools(*, user: Any, day: date) -> QuerySet[Organization]:
    """Every school open on the day that the user sees, each with its `room`: None where none is registered that the user may see."""
    own = scope_for(user, "rooms.edit")
    # What `Room.objects.visible_to(user)` says of drafts, as the condition of a join: it takes no queryset.
    seen = ~Q(rooms__state=State.DRAFT) | Q(rooms__county__in=own.counties) | Q(rooms__organization__in=own.organizations)
    return (
        Organization.objects.in_scope(scope_for(user, "rooms.view"))
        .filter(school__in=School.objects.open_on(day))
        .annotate(room=FilteredRelation("rooms", condition=seen))
        .select_related("school", "county", "parent", "room")  # type: ignore[misc]  # `room` is the joined relation
    )


def tally(found: QuerySet[Organization]) -> Tally:
    """Counts over the answer of `schools`, in one query."""
    approved = Q(room__state=State.APPROVED)
    return Tally(
        **found.select_related(None)
        .order_by()
        .aggregate(
            schools=Count("pk"),
            standard=Count("pk", filter=approved & Q(room__is_standard=True)),
            waiting=Count("pk", filter=Q(room__state=State.SUBMITTED)),
            missing=Count("pk", filter=Q(room__isnull=True)),
        )
    )
