"""How to reach the demo's people, and a few more of them, so that every state of an account shows: made up, all of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from apps.accounts.models import User
from apps.organizations.models import Organization, RoleHolding
from apps.organizations.services import roles
from apps.people.models import Contact


@dataclass(frozen=True)
class Extra:
    username: str
    name: str
    posts: tuple[tuple[str, int], ...]  # role, and which of the places below
    joined: int = 400  # days ago
    seen: int | None = 3  # days since the last sign-in
    chose: bool = True
    is_active: bool = True


EDITOR, COUNSELOR = "county_editor", "school_counselor"
COUNTY, SCHOOL, SECOND, THIRD, FOURTH = range(5)
EXTRAS = (
    Extra("nanhu-editor", "徐静", ((EDITOR, COUNTY),)),
    Extra("nanhu-two", "孙晓燕", ((COUNSELOR, SCHOOL), (EDITOR, COUNTY))),
    Extra("nanhu-new", "朱文斌", ((COUNSELOR, SECOND),), joined=2, seen=None, chose=False),
    Extra("nanhu-away", "胡国平", ((COUNSELOR, THIRD),), joined=900, seen=230),
    Extra("nanhu-left", "高桂英", ((COUNSELOR, FOURTH),), joined=1200, seen=90, chose=False, is_active=False),
)


def load(*, today: date, random: Random) -> None:
    """A contact for each person who holds a role, kept where they hold it; then the further people of one county."""
    holdings = RoleHolding.objects.select_related("organization").prefetch_related("group__user_set").order_by("pk")
    Contact.objects.bulk_create(
        Contact(
            user=user,
            organization=holding.organization,
            county_id=holding.organization.county_id,
            phone=f"0573-{random.randint(20000000, 29999999)}",
            email=f"{user.username}@demo.example",
        )
        for holding in holdings
        for user in holding.group.user_set.all()
    )
    _further_people()


def _further_people() -> None:
    lead = User.objects.get(username="nanhu")
    first = RoleHolding.objects.get(group__user__username="nanhu-school").organization
    county = Organization.objects.get(holdings__group__user=lead)
    others = Organization.objects.filter(school__closed_on__isnull=True, county=county, kind=first.kind).exclude(pk=first.pk)
    places = [county, first, *others.order_by("pk")[:3]]
    for number, extra in enumerate(EXTRAS):
        user = _account(extra, lead.password)
        for role, place in extra.posts:
            roles.grant(user=user, role=role, organization=places[place])
        home = places[extra.posts[0][1]]
        phone, email = f"0573-2000000{number}", f"{extra.username}@demo.example"
        Contact.objects.create(user=user, organization=home, county_id=home.county_id, phone=phone, email=email)


def _account(extra: Extra, password: str) -> User:
    now = timezone.now()
    return User.objects.create(
        username=extra.username,
        name=extra.name,
        password=password if extra.chose else make_password(None),
        is_active=extra.is_active,
        date_joined=now - timedelta(days=extra.joined),
        last_login=None if extra.seen is None else now - timedelta(days=extra.seen),
        chose_password_at=now - timedelta(days=extra.joined) if extra.chose else None,
    )
