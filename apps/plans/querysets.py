from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from apps.core.lifecycle.enums import State, Verb
from apps.organizations.grants import scope_for
from apps.organizations.querysets import ReportQuerySet, TenantQuerySet


class PlanQuerySet(ReportQuerySet):
    def reviewable_by(self, user: Any) -> Self:
        """Those that wait for a first look: where a year asks for two, what passed it waits for the other."""
        return super().reviewable_by(user).exclude(window__needs_sign_off=True, reviewed_at__isnull=False)

    def signable_by(self, user: Any) -> Self:
        """Those that passed the first look and wait to be signed, by somebody else than who took it or handed them in."""
        waiting = self.submitted().filter(window__needs_sign_off=True, reviewed_at__isnull=False).in_scope(scope_for(user, "plans.sign"))
        taken = apps.get_model("plans", "Step").objects.filter(report=OuterRef("pk"), verb=Verb.APPROVE, by=user)
        return waiting.exclude(submitted_by=user).exclude(Exists(taken.filter(at__gte=OuterRef("reviewed_at"))))

    def in_window(self, window: Any) -> Self:
        return self.filter(window=window)

    def begun(self, user: Any) -> models.QuerySet:
        """That a draft was begun and when it was last written, for whoever watches over its unit: the fact without a word of it."""
        drafts = self.in_scope(scope_for(user, "plans.view")).filter(state=State.DRAFT)
        return drafts.values_list("organization_id", "updated_at")

    def with_open_remarks(self) -> Self:
        """`remark_count`: what was remarked and is not resolved."""
        is_open = Q(remarks__step__isnull=False, remarks__resolved_at__isnull=True)
        return self.annotate(remark_count=models.Count("remarks", filter=is_open))

    def on_time_by(self, day: date) -> Self:
        """Plans of the day's year that were first handed in by their due day, and by this day; more time for a unit moves no due day."""
        due = self.filter(window__year=day.year, submitted_at__date__lte=F("window__due_on"))
        return due.filter(submitted_at__date__lte=day)

    def next_number(self, window: Any) -> int:
        """The number that the next approved plan of a year is given."""
        return (self.filter(window=window).aggregate(last=models.Max(F("number")))["last"] or 0) + 1


class AttachmentQuerySet(TenantQuerySet):
    def of_plans(self, plans: models.QuerySet) -> Self:
        return self.filter(plan__in=plans)


class TaskQuerySet(TenantQuerySet):
    def standing(self) -> Self:
        """Those that are still to do or were done; not what a later edition of the plan left out."""
        return self.filter(Q(dropped_at__isnull=True) | Q(done_on__isnull=False))

    def overdue_on(self, day: date) -> Self:
        return self.filter(dropped_at__isnull=True, done_on__isnull=True, ends_on__lt=day)

    def of_stages(self) -> Self:
        """Those that the plan itself laid down."""
        return self.filter(is_stage=True)
