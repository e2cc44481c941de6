"""Choosing the two sides of a report."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core.errors import DomainError
from apps.organizations.models import Organization
from apps.organizations.two_sided.models import TwoSidedReport

R = TypeVar("R", bound=TwoSidedReport)


def years_open() -> list[int]:
    """The years a report may be begun for: this one, the one before (what ended in December is written down in January), the next."""
    year = timezone.localdate().year
    return [year, year + 1, year - 1]


def take_sides(*, report: R, partner: Organization, year: int) -> R:
    """Set the partner and the year of a report that is not saved yet; a wrong choice is refused with the sentence of its constraint."""
    report.partner = partner
    report.partner_county_id = partner.county_id
    report.year = year
    try:
        report.validate_constraints()
    except ValidationError as error:
        raise DomainError(error.messages[0], field="partner") from error
    return report
