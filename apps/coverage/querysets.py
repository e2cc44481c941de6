"""Reads of the eligible lists and the figures."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Func

from apps.organizations.querysets import TenantQuerySet


class YearQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)


class LineQuerySet(TenantQuerySet):
    """Rows that remember their line in the tree as it was in their year."""

    def of(self, *, year: int, indicator: str) -> Self:
        return self.filter(year=year, indicator=indicator)

    def along(self, path: str) -> Self:
        """The node of that path and everything below it, as the tree was in the row's year."""
        return self.filter(path__within=path)

    def right_below(self, path: str) -> Self:
        """One level below the node of that path."""
        depth = Func(F("path"), function="nlevel", output_field=models.IntegerField())
        return self.along(path).alias(depth=depth).filter(depth=path.count(".") + 2)


class FactQuerySet(LineQuerySet):
    def named(self, words: str) -> Self:
        """Every word is in the organization's name, or begins its code."""
        found = self
        for word in words.split():
            found = found.filter(models.Q(organization__name__icontains=word) | models.Q(organization__code__startswith=word))
        return found

    def covered(self) -> Self:
        return self.filter(covered=True)

    def missing(self) -> Self:
        return self.filter(covered=False)

    def in_group(self, key: str) -> Self:
        return self.filter(groups__contains=[key])

    def covered_by(self, way: str) -> Self:
        return self.covered().filter(ways__contains=[way])


class FigureQuerySet(LineQuerySet):
    def right_below(self, path: str) -> Self:
        return self.filter(above=int(path.rpartition(".")[2]))

    def whole(self) -> Self:
        """Without the breakdowns."""
        return self.filter(part="")


class FactCorrectionQuerySet(TenantQuerySet):
    def of(self, *, year: int, indicator: str) -> Self:
        return self.filter(year=year, indicator=indicator)

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def within(self, node: Any) -> Self:
        return self.filter(organization__path__within=node.path)

    def for_list(self) -> Self:
        return self.select_related("organization", "county", "by")


class ExemptionQuerySet(TenantQuerySet):
    def on(self, day: date) -> Self:
        """What holds on a day."""
        return self.filter(since__lte=day).filter(models.Q(until__isnull=True) | models.Q(until__gt=day))

    def of(self, indicator: str) -> Self:
        return self.filter(indicator=indicator)

    def within(self, node: Any) -> Self:
        return self.filter(organization__path__within=node.path)

    def for_list(self) -> Self:
        return self.select_related("organization__parent", "county", "by")
