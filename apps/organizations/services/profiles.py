"""What the registers of schools and of places share: a profile is written by one at a time, and ends with what hangs at it."""

from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from apps.core import seen as seen_rows
from apps.core.errors import DomainError
from apps.organizations.models import PioneerUnit, Place, School
from apps.organizations.services.units import lock

P = TypeVar("P", School, Place)


@transaction.atomic
def amend(*, profile: P, names: tuple[str, ...], seen: str, facts: dict[str, Any]) -> P:
    """Keep the fields `names` of a profile up to date. Raises Conflict when they are no longer what was `seen`."""
    stored = _locked(profile)
    seen_rows.check(stored, names, seen)
    _refuse_closed(stored)
    for name in names:
        setattr(stored, name, facts[name])
    stored.full_clean()
    stored.save()
    return stored


@transaction.atomic
def close(*, profile: P, on: date, by: Any) -> P:
    """A school or place that is closed or merged (撤并) keeps its records; its units end on the same day, and pass to nobody."""
    lock(profile.organization)  # nobody establishes a unit meanwhile
    stored = _locked(profile)
    _refuse_closed(stored)
    if on > timezone.localdate():
        raise DomainError("撤并日期不能晚于今天。", field="closed_on")
    if stored.opened_on and on < stored.opened_on:
        opening = stored._meta.get_field("opened_on").verbose_name
        raise DomainError(f"撤并日期不能早于{opening}（{stored.opened_on}）。", field="closed_on")
    units = PioneerUnit.objects.filter(organization=stored.organization_id, dissolved_on__isnull=True)
    if later := units.filter(established_on__gt=on).first():
        raise DomainError(f"“{later}”成立于 {later.established_on}，撤并日期不能早于这一天。", field="closed_on")
    stored.closed_on = on
    stored.save()
    units.update(dissolved_on=on)
    return stored


def _locked(profile: P) -> P:
    rows = type(profile)._default_manager.select_for_update(of=("self",)).select_related("organization")
    return rows.get(pk=profile.pk)


def _refuse_closed(profile: School | Place) -> None:
    if profile.closed_on:
        raise DomainError(f"{profile}已于 {profile.closed_on} 撤并，不能再修改。")
