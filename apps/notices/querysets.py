"""Reads of what was told, to whom, and how it was sent."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import Case, Max, Q, When
from django.utils import timezone

from apps.notices.enums import UNDELIVERED, State
from apps.organizations.grants import scope_for, whole_scope
from apps.organizations.querysets import TenantQuerySet

KEPT = timedelta(days=365)  # what was read longer ago than this has left the inbox

RECENT = timedelta(days=30)  # what was not delivered for longer than this nobody is asked about any more


class ConnectedQuerySet(TenantQuerySet):
    """Rows for whoever connects an organization's channels: they see what was sent, and decide what is sent again."""

    def visible_to(self, user: Any) -> Self:
        return self.in_scope(scope_for(user, "notices.connect"))


class EventQuerySet(ConnectedQuerySet):
    def untold(self) -> Self:
        return self.filter(told_at__isnull=True)

    def about(self, matter: str) -> Self:
        """Those whose key begins so: everything told about one matter."""
        return self.filter(key__startswith=f"{matter}.")


class LineQuerySet(ConnectedQuerySet):
    def to_send(self) -> Self:
        """Those that will go out, and are in no sending yet."""
        return self.filter(delivery__isnull=True, send_at__isnull=False)

    def ready(self, now: datetime) -> Self:
        return self.to_send().filter(send_at__lte=now)

    def outdated(self, now: datetime) -> Self:
        """Those that nobody needs to be sent any more."""
        return self.to_send().filter(until__lt=now)


class PostQuerySet(LineQuerySet):
    """Lines of groups, for whoever connects them."""


class NoticeQuerySet(LineQuerySet):
    """Notices are their reader's alone, in the role in which they were told."""

    def visible_to(self, user: Any) -> Self:
        return self.in_scope(whole_scope(user)).filter(user=user.pk)

    def unread_first(self) -> Self:
        is_read = Case(When(read_at__isnull=True, then=0), default=1)
        return self.order_by(is_read, "-at", "-pk")

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def read(self) -> Self:
        return self.filter(read_at__isnull=False)

    def current(self, now: datetime) -> Self:
        """Unread, or told within a year."""
        return self.filter(Q(read_at__isnull=True) | Q(at__gt=now - KEPT))

    def past(self, now: datetime) -> Self:
        """Read, and told more than a year ago."""
        return self.filter(read_at__isnull=False, at__lte=now - KEPT)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)


class DeliveryQuerySet(ConnectedQuerySet):
    def ready(self, now: datetime) -> Self:
        return self.filter(state=State.WAITING, not_before__lte=now)

    def abandoned(self, before: datetime) -> Self:
        """Claimed so long ago that whoever claimed them is no longer there."""
        return self.filter(state=State.SENDING, claimed_at__lt=before)

    def recent(self) -> Self:
        return self.filter(created_at__gt=timezone.now() - RECENT)

    def undelivered(self) -> Self:
        return self.filter(state__in=UNDELIVERED)

    def over(self, channel: str) -> Self:
        return self.filter(channel=channel)

    def in_state(self, state: str) -> Self:
        return self.filter(state=state)


class RobotQuerySet(ConnectedQuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_last(self) -> Self:
        """`sent_at`: when its group was told something last."""
        return self.annotate(sent_at=Max("deliveries__done_at", filter=Q(deliveries__state=State.SENT)))
