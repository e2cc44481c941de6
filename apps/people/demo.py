"""Telephone and e-mail of the demo's people: made up, like they are."""

from datetime import date
from random import Random

from apps.organizations.models import RoleHolding
from apps.people.models import Contact


def load(*, today: date, random: Random) -> None:
    """A contact for each person who holds a role, kept where they hold it."""
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
