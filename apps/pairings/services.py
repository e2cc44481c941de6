"""Every write to pairings."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction

from apps.core.errors import DomainError
from apps.core.lifecycle import services as lifecycle
from apps.organizations.models import Organization, School
from apps.organizations.services import reports
from apps.organizations.two_sided.services import take_sides
from apps.pairings.enums import kinds_of
from apps.pairings.models import TWICE, Pairing, twice_sentence

save = lifecycle.save
send_back = reports.send_back


@transaction.atomic
def draft(*, organization: Organization, partner: Organization, year: int, by: Any) -> Pairing:
    """Begin a proposal. Raises DomainError at `partner`: oneself, or the same school twice in a year."""
    pairing = Pairing(organization=organization, county_id=organization.county_id, created_by=by, updated_by=by)
    _choose(pairing, partner, year)
    with _once_a_year():
        pairing.save()
    return pairing


@transaction.atomic
def change_partner(*, report: Pairing, partner: Organization, year: int, by: Any, version: int) -> Pairing:
    """Another partner or year for a proposal that is being written; what the former partner and its unit had said is void."""
    _choose(report, partner, year)
    report.partner_accepted_at = report.county_confirmed_at = report.partner_county_confirmed_at = None
    with _once_a_year():
        return lifecycle.save(report=report, by=by, version=version)


@transaction.atomic
def submit(*, report: Pairing, by: Any, version: int) -> Pairing:
    """Send the invitation. Raises Incomplete, Conflict."""
    with _once_a_year():
        done = reports.submit(report=report, by=by, version=version)
    done.traits, done.kinds = _traits(done.organization), []
    done.save(update_fields=["traits", "kinds"])
    return done


@transaction.atomic
def approve(*, report: Pairing, slot: str, by: Any, version: int) -> Pairing:
    """Take one decision; accepting also settles what kind of pair it is. Raises Conflict."""
    done = reports.approve(report=report, slot=slot, by=by, version=version)
    if slot == "accept":
        done.kinds = kinds_of(done.traits, _traits(done.partner))
        done.save(update_fields=["kinds"])
    return done


@contextmanager
def _once_a_year() -> Iterator[None]:
    """Two people at the same moment pass every check; the database lets one of them through and the other is told."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "once_a_year" not in str(error):
            raise
        raise DomainError(TWICE, field="partner") from error


def traits_of(school: School) -> list[str]:
    """What a school is, in the words that kinds are made of."""
    return [school.area, school.strength, "new_resident" if school.is_new_resident else "ordinary"]


def _traits(organization: Organization) -> list[str]:
    """Nothing where the school's profile is missing."""
    return [trait for school in School.objects.filter(organization=organization) for trait in traits_of(school)]


def _choose(pairing: Pairing, partner: Organization, year: int) -> None:
    pairing.partner, pairing.year = partner, year
    if rival := pairing.rival():
        raise DomainError(twice_sentence(rival), field="partner")
    take_sides(report=pairing, partner=partner, year=year)
