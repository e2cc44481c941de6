from typing import Any, Self

from django.db.models import Q

from apps.organizations.querysets import ReportQuerySet


class TwoSidedQuerySet(ReportQuerySet):
    def in_year(self, year: int) -> Self:
        return self.filter(year=year)

    def of_county(self, county: Any) -> Self:
        """Rows with a side in the reporting unit."""
        return self.filter(Q(county=county) | Q(partner_county=county))

    def years(self) -> list[int]:
        """The years there are rows for, newest first."""
        return list(self.order_by("-year").values_list("year", flat=True).distinct())

    def awaiting(self, user: Any) -> Self:
        """Rows with a decision that is the user's to take now; the twin of `lifecycle.rules.decisions`."""
        return self.reviewable_by(user)
