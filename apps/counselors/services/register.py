"""Writes to the register of counselors."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core import seen as seen_rows
from apps.core.errors import DomainError
from apps.counselors.enums import misplaced
from apps.counselors.models import LEFT_BEFORE, NO_NUMBER, Counselor
from apps.organizations.models import Organization
from apps.organizations.services.units import lock

CERTIFICATE = ("certificate_number", "certificate_issuer", "certificate_on")
AMENDABLE = ("name", *CERTIFICATE)


@transaction.atomic
def appoint(*, organization: Organization, by: Any, **facts: Any) -> Counselor:
    """Somebody (name, post, since, certificate) becomes a counselor. Raises DomainError."""
    counselor = Counselor(organization=organization, county_id=organization.county_id, **facts)
    if sentence := misplaced(counselor.post, organization.kind):
        raise DomainError(sentence, field="post")
    lock(organization)
    _refuse(counselor)
    counselor.save()
    return counselor


@transaction.atomic
def amend(*, counselor: Counselor, seen: str, by: Any, **facts: Any) -> Counselor:
    """Keep somebody's name and certificate up to date. Raises Conflict when they are no longer what was `seen`."""
    stored = _locked(counselor)
    seen_rows.check(stored, AMENDABLE, seen)
    if stored.until:
        raise DomainError(left_sentence(stored.name, stored.until))
    for name in AMENDABLE:
        setattr(stored, name, facts[name])
    _refuse(stored)
    stored.save()
    return stored


@transaction.atomic
def leave(*, counselor: Counselor, on: date, by: Any) -> Counselor:
    """Somebody is no counselor there any more, from a day on."""
    stored = _locked(counselor)
    if stored.until:
        raise DomainError(left_sentence(stored.name, stored.until))
    if on < stored.since:
        raise DomainError(LEFT_BEFORE, field="until")
    if on > timezone.localdate():
        raise DomainError("离任日期不能晚于今天。", field="until")
    stored.until = on
    stored.save()
    return stored


def left_sentence(name: str, until: date) -> str:
    return f"{name}已于 {until} 离任，不能再修改；再次任职的，请重新登记。"


def known_sentence(name: str, since: date) -> str:
    return f"{name}自 {since} 起已在这里任同类辅导员，请勿重复登记。"


def _locked(counselor: Counselor) -> Counselor:
    lock(counselor.organization)
    return Counselor.objects.select_for_update(of=("self",)).select_related("organization").get(pk=counselor.pk)


def _refuse(counselor: Counselor) -> None:
    there = Counselor.objects.filter(organization=counselor.organization, post=counselor.post, name=counselor.name).exclude(pk=counselor.pk)
    if other := there.filter(until__isnull=True).first() or there.filter(since=counselor.since).first():
        raise DomainError(known_sentence(other.name, other.since), field="name")
    if not counselor.certificate_number and (counselor.certificate_issuer or counselor.certificate_on):
        raise DomainError(NO_NUMBER, field="certificate_number")
    counselor.full_clean()
