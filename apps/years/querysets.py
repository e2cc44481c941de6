from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from apps.organizations.querysets import TenantQuerySet
from apps.years.enums import Answer


class WindowQuerySet(models.QuerySet):
    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def open_on(self, day: date) -> Self:
        return self.filter(opens_on__lte=day, closes_on__gte=day)

    def open_for(self, organization: Any, day: date) -> Self:
        """Open for everybody, or for this unit alone."""
        longer = Q(extensions__organization=organization, extensions__answer=Answer.GRANTED, extensions__until__gte=day)
        return self.filter(Q(opens_on__lte=day), Q(closes_on__gte=day) | longer).distinct()

    def current(self, day: date) -> Self:
        """Best first: open and not yet due, then open for those who are late, then the newest."""
        is_open = Q(opens_on__lte=day, closes_on__gte=day)
        urgency = models.Case(models.When(is_open & Q(due_on__gte=day), then=0), models.When(is_open, then=1), default=2)
        return self.annotate(urgency=urgency).order_by("urgency", "-year")


class ExtensionQuerySet(TenantQuerySet):
    def granted(self) -> Self:
        return self.filter(answer=Answer.GRANTED)

    def waiting(self) -> Self:
        return self.filter(answer=Answer.OPEN)
