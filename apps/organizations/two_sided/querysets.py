from typing import Any, Self

from django.db.models import Max, Min, Q

from apps.organizations.querysets import ReportQuerySet


class TwoSidedQuerySet(ReportQuerySet):
    def in_year(self, year: int) -> Self:
        return self.filter(year=year)

    def of_county(self, county: Any) -> Self:
        """Rows with a side in the reporting unit."""
        return self.filter(Q(county=county) | Q(partner_county=county))

    def years(self) -> list[int]:
        """From the newest year there is a row for back to the oldest; two probes of an index, however many rows lie between."""
        found = self.order_by().aggregate(first=Min("year"), last=Max("year"))
        return list(range(found["last"], found["first"] - 1, -1)) if found["last"] else []

    def awaiting(self, user: Any) -> Self:
        """Rows with a decision that is the user's to take now; the twin of `lifecycle.rules.decisions`."""
        return self.reviewable_by(user)
