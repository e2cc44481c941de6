"""Reads of the eligible lists and the figures."""

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


class FigureQuerySet(LineQuerySet):
    def whole(self) -> Self:
        """Without the breakdown."""
        return self.filter(group="")


class FactCorrectionQuerySet(TenantQuerySet):
    def of(self, *, year: int, indicator: str) -> Self:
        return self.filter(year=year, indicator=indicator)

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def within(self, node: Any) -> Self:
        return self.filter(organization__path__within=node.path)

    def for_list(self) -> Self:
        return self.select_related("organization", "county", "by")
