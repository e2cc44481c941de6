"""Every write to counselor exchanges."""

from typing import Any

from django.db import transaction

from apps.core.lifecycle import services as lifecycle
from apps.counselors.models import Exchange
from apps.organizations.models import Organization
from apps.organizations.services import reports
from apps.organizations.two_sided.services import take_sides

save = lifecycle.save
submit = reports.submit
approve = reports.approve
send_back = reports.send_back


@transaction.atomic
def draft(*, organization: Organization, partner: Organization, year: int, by: Any) -> Exchange:
    """Begin the record of an exchange. Raises DomainError at `partner`: not with oneself."""
    exchange = Exchange(organization=organization, county_id=organization.county_id, created_by=by, updated_by=by)
    take_sides(report=exchange, partner=partner, year=year)
    exchange.save()
    return exchange


@transaction.atomic
def change_partner(*, report: Exchange, partner: Organization, year: int, by: Any, version: int) -> Exchange:
    """Another school or year for a record that is being written."""
    return lifecycle.save(report=take_sides(report=report, partner=partner, year=year), by=by, version=version)
