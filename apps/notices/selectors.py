"""Who is told, and what waits in an inbox."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Cast
from guardian.models import GroupObjectPermission

from apps.notices.enums import Kind
from apps.notices.models import Delivery, Event, Notice
from apps.organizations.grants import grants_of, whole_scope
from apps.organizations.models import Organization

MOST = 100  # beyond that the bell says 99+


def recipients(event: Event) -> list[tuple[int, int]]:
    """(user, the nearest organization for which they are told): the twin of `organizations.rules.holds`, in one query.

    For an engine: it sees who holds a role anywhere.
    """
    if event.person_id:
        return [(event.person_id, event.organization_id)]
    line = event.addressee.line[:-1] if event.to.endswith(".review") else event.addressee.line
    rows = GroupObjectPermission.objects.filter(
        permission__codename=event.to,
        permission__content_type__app_label="organizations",
        group__holding__organization__in=line,
        object_pk=Cast("group__holding__organization", models.CharField()),
        group__user__is_active=True,
    )
    rows = rows.exclude(group__user=event.by_id) if event.by_id else rows
    nearest = rows.order_by("group__holding__organization__path").values_list("group__user", "group__holding__organization")
    return list(dict(nearest).items())


def unread_count(user: Any) -> int:
    """How many notices a person has not read in the role they wear, up to 100."""
    return Notice.objects.visible_to(user).unread()[:MOST].count()


@dataclass(frozen=True)
class Telling:
    """What was told about a matter, and who has read it since: (name, when) of each reader."""

    event: Event
    readers: tuple[tuple[str, datetime | None], ...]

    @property
    def read(self) -> int:
        return sum(at is not None for _, at in self.readers)


def told_about(matter: str, *, user: Any, kinds: Iterable[Kind] = (Kind.REMINDER, Kind.DUE, Kind.OVERDUE)) -> list[Telling]:
    """The reminders about a matter at the organizations that a user sees, newest first. Three queries however many."""
    events = Event.objects.in_scope(whole_scope(user)).about(matter).filter(kind__in=[*kinds]).select_related("by", "organization")
    rows = Notice.objects.filter(event__in=[event.pk for event in events]).order_by("user__name", "pk")
    readers: dict[int, list[tuple[str, datetime | None]]] = defaultdict(list)
    for event, name, read_at in rows.values_list("event", "user__name", "read_at"):
        readers[event].append((name, read_at))
    return [Telling(event, tuple(readers[event.pk])) for event in events]


def lines(delivery: Delivery) -> list[Any]:
    """What one sending carries."""
    rows: Any = delivery.notice_set if delivery.user_id else delivery.post_set
    return list(rows.order_by("at", "pk"))


def connected(user: Any) -> Organization:
    """The organization whose channels a person sees to: the highest where they may."""
    held = grants_of(user)["notices.connect"]
    return Organization.objects.filter(pk__in=held).order_by("path")[0]
