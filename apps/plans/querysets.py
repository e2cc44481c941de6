from datetime import date
from typing import Self

from django.db import models

from apps.organizations.querysets import TenantQuerySet


class AttachmentQuerySet(TenantQuerySet):
    def of_plans(self, plans: models.QuerySet) -> Self:
        return self.filter(plan__in=plans)


class WindowQuerySet(models.QuerySet):
    def open_on(self, day: date) -> Self:
        return self.filter(opens_on__lte=day, closes_on__gte=day)

    def current(self, day: date) -> Self:
        """Best first: open and not yet due, then open for those who are late, then the newest."""
        is_open = models.Q(opens_on__lte=day, closes_on__gte=day)
        urgency = models.Case(models.When(is_open & models.Q(due_on__gte=day), then=0), models.When(is_open, then=1), default=2)
        return self.annotate(urgency=urgency).order_by("urgency", "-year")
