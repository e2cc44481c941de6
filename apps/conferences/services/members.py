"""Who sits in the joint conference, and how often it meets."""

from datetime import date
from typing import Any

from django.db import transaction

from apps.conferences.models import Member, Rhythm
from apps.core import seen as seen_rows
from apps.core import turns
from apps.core.errors import DomainError
from apps.organizations.models import Organization

FACTS = ("name", "body", "post", "is_convener", "since")
RHYTHM = ("times", "habit")


@transaction.atomic
def register(*, unit: Organization, by: Any, **facts: Any) -> Member:
    """Enter a member (name, body, post, is_convener, since)."""
    turns.take(f"conferences.members.{unit.pk}")  # of two who enter the same person, the second is told
    member = Member(organization=unit, county_id=unit.county_id, **facts)
    _refuse_namesake(member)
    member.full_clean()
    member.save()
    return member


@transaction.atomic
def amend(*, member: Member, seen: str, by: Any, **facts: Any) -> Member:
    """Raises Conflict when the member is no longer what was `seen`."""
    turns.take(f"conferences.members.{member.organization_id}")
    stored = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    seen_rows.check(stored, FACTS, seen)
    if stored.until:
        raise DomainError(f"{stored.name}的任职已于 {stored.until} 结束，不能再修改。")
    for name in FACTS:
        setattr(stored, name, facts[name])
    _refuse_namesake(stored)
    stored.full_clean()
    stored.save()
    return stored


@transaction.atomic
def end(*, member: Member, until: date, by: Any) -> Member:
    """A member leaves the conference on a day; what they took part in stays."""
    stored = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if stored.until:
        raise DomainError(f"{stored.name}的任职已于 {stored.until} 结束，无需再办理。")
    if until < stored.since:
        raise DomainError(f"任职结束不能早于任职开始（{stored.since}）。", field="until")
    stored.until = until
    stored.save()
    return stored


@transaction.atomic
def agree(*, unit: Organization, times: int, habit: str, seen: str, by: Any) -> Rhythm:
    """Agree how often the conference meets. Raises Conflict when the rhythm is no longer what was `seen`."""
    turns.take(f"conferences.rhythm.{unit.pk}")
    stored = Rhythm.objects.filter(organization=unit).first()
    if stored is not None:
        seen_rows.check(stored, RHYTHM, seen)
    stored = stored or Rhythm(organization=unit, county_id=unit.county_id)
    stored.times, stored.habit = times, habit
    stored.full_clean()
    stored.save()
    return stored


def _refuse_namesake(member: Member) -> None:
    same = Member.objects.of(member.organization).filter(name=member.name, post=member.post, until__isnull=True)
    if same.exclude(pk=member.pk).exists():
        raise DomainError("这位成员已经登记，请勿重复登记。", field="name")
