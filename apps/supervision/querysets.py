from datetime import date
from typing import Self

from apps.organizations.querysets import ReportQuerySet


class SupervisionReportQuerySet(ReportQuerySet):
    """Each fact counts in the year whose received report states it, from its own day on."""

    def in_year(self, year: int) -> Self:
        return self.filter(window__year=year)

    def with_measures_on(self, day: date) -> Self:
        return self.approved().in_year(day.year).filter(measures_issued_on__lte=day)

    def with_body_on(self, day: date) -> Self:
        return self.approved().in_year(day.year).filter(body_set_up_on__lte=day)

    def inspected_by(self, day: date) -> Self:
        """At least one inspection was carried out."""
        return self.approved().in_year(day.year).filter(inspections__held_on__lte=day).order_by().distinct()
