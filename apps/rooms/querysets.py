from datetime import date
from typing import Any, Self

from django.db import models

from apps.organizations.querysets import ReportQuerySet


class ChecklistQuerySet(models.QuerySet):
    def in_force(self, day: date) -> Any:
        """The checklist of a day; None before the first."""
        return self.filter(effective_from__lte=day).order_by("-effective_from").first()


class RoomQuerySet(ReportQuerySet):
    def standard_on(self, day: date) -> Self:
        """Rooms that count on a day: confirmed, standard, in use."""
        return self.approved().filter(is_standard=True, built_on__lte=day)
