from datetime import date
from typing import Any, Self

from django.db.models import Q

from apps.organizations.querysets import TenantQuerySet


class MemberQuerySet(TenantQuerySet):
    def of(self, unit: Any) -> Self:
        return self.filter(organization=unit)

    def active_on(self, day: date) -> Self:
        return self.filter(Q(since__lte=day), Q(until__isnull=True) | Q(until__gt=day))

    def ended_by(self, day: date) -> Self:
        return self.filter(until__lte=day).order_by("-until", "pk")

    def sitting_in(self, meeting: Any) -> Self:
        """Those who belong to the conference on the meeting's day, and whoever's presence is recorded already."""
        recorded = self.filter(attendances__meeting=meeting)
        return (self.of(meeting.organization).active_on(meeting.day) | self.of(meeting.organization).filter(pk__in=recorded)).distinct()


class MeetingQuerySet(TenantQuerySet):
    def of(self, unit: Any) -> Self:
        return self.filter(organization=unit)

    def in_year(self, year: int) -> Self:
        return self.filter(day__year=year)

    def since(self, day: date) -> Self:
        return self.filter(day__gte=day)

    def convened(self) -> Self:
        """Without what was called off."""
        return self.filter(called_off_at__isnull=True)

    def held_by(self, day: date) -> Self:
        return self.convened().filter(day__lte=day)

    def planned_after(self, day: date) -> Self:
        return self.convened().filter(day__gt=day).order_by("day", "starts_at", "pk")

    def with_parts(self) -> Self:
        return self.select_related("chair", "organization").prefetch_related("agenda", "attendances")

    def unconfirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=True)


class DecisionQuerySet(TenantQuerySet):
    def of(self, unit: Any) -> Self:
        return self.filter(organization=unit)

    def in_year(self, year: int) -> Self:
        return self.filter(meeting__day__year=year)

    def standing(self) -> Self:
        """Those of meetings whose minutes are confirmed."""
        return self.filter(meeting__confirmed_at__isnull=False)

    def with_meeting(self) -> Self:
        """For showing them: the next due first."""
        return self.select_related("meeting", "organization", "task").order_by("due_on", "pk")

    def outstanding(self) -> Self:
        """Of these, what is still to be done: reported done neither by who answers for it nor left out by a later plan."""
        return self.standing().filter(task__done_on__isnull=True, task__dropped_at__isnull=True)

    def without_task(self) -> Self:
        return self.filter(task__isnull=True)
