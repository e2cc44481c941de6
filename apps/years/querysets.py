from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import OuterRef, Q, Subquery

from apps.coverage.models import Year
from apps.organizations.querysets import TenantQuerySet
from apps.years.enums import Answer


class WindowQuerySet(models.QuerySet):
    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def before(self, year: int) -> Self:
        """Those of earlier years, the latest first."""
        return self.filter(year__lt=year).order_by("-year")

    def running(self) -> Self:
        """Without the years that the city has closed."""
        return self.exclude(year__in=Year.objects.closed().values("year"))

    def begun_by(self, day: date) -> Self:
        return self.filter(opens_on__lte=day)

    def open_on(self, day: date) -> Self:
        return self.running().filter(opens_on__lte=day, closes_on__gte=day)

    def open_for(self, organization: Any, day: date) -> Self:
        """What this unit may hand in on a day: open for everybody or for it alone, and asked of it.

        `longer_until` and `reopened_until` are the days that were granted to it alone.
        """
        its = {"window": OuterRef("pk"), "organization": organization}
        longer = self._model("Extension").filter(**its, answer=Answer.GRANTED).order_by("-until").values("until")[:1]
        reopened = self._model("Reopening").filter(**its).order_by("-until").values("until")[:1]
        found = self.asked_of(organization).annotate(longer_until=Subquery(longer), reopened_until=Subquery(reopened))
        is_closed = Q(year__in=Year.objects.closed().values("year"))
        running = Q(opens_on__lte=day) & (Q(closes_on__gte=day) | Q(longer_until__gte=day)) & ~is_closed
        return found.filter(running | is_closed & Q(reopened_until__gte=day))

    @staticmethod
    def _model(name: str) -> Any:
        return apps.get_model("years", name)._default_manager.all()

    def asked_of(self, organization: Any) -> Self:
        """Without those that the unit is exempted from."""
        return self.exclude(exemptions__organization=organization)

    def past_for(self, organization: Any, day: date) -> Self:
        """What was asked of this unit and can no longer be handed in, though its year is not closed."""
        over = self.running().asked_of(organization).filter(closes_on__lt=day)
        return over.exclude(pk__in=self.model._default_manager.all().open_for(organization, day).values("pk"))  # type: ignore[attr-defined]

    def current(self, day: date) -> Self:
        """Best first: open and not yet due, then open for those who are late, then the newest."""
        is_open = Q(opens_on__lte=day, closes_on__gte=day)
        urgency = models.Case(models.When(is_open & Q(due_on__gte=day), then=0), models.When(is_open, then=1), default=2)
        return self.annotate(urgency=urgency).order_by("urgency", "-year")


class OfWindowQuerySet(TenantQuerySet):
    """Rows about one unit in one window."""

    def of_year(self, year: int) -> Self:
        return self.filter(window__year=year)

    def of(self, organization: Any) -> Self:
        return self.filter(organization=organization)

    def for_list(self) -> Self:
        return self.select_related("window", "organization", "county")


class ExtensionQuerySet(OfWindowQuerySet):
    def granted(self) -> Self:
        return self.filter(answer=Answer.GRANTED)

    def latest_grants(self, window: Any) -> dict[int, date]:
        """Unit → the last day that it was granted in this window."""
        granted = self.granted().filter(window=window).order_by().values_list("organization")
        return dict(granted.annotate(last=models.Max("until")))

    def waiting(self) -> Self:
        return self.filter(answer=Answer.OPEN)

    def for_list(self) -> Self:
        return super().for_list().select_related("asked_by", "answered_by")

    def waiting_first(self) -> Self:
        waits = models.Case(models.When(answer=Answer.OPEN, then=0), default=1)
        return self.order_by(waits, "-asked_at", "-pk")


class ReopeningQuerySet(OfWindowQuerySet):
    def open_on(self, day: date) -> Self:
        return self.filter(until__gte=day)

    def for_list(self) -> Self:
        return super().for_list().select_related("by")
