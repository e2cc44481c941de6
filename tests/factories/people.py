"""People who sign in, with the roles they hold."""

from typing import Any

import factory
from django.utils import timezone

from apps.accounts.models import User
from apps.organizations.models import Organization, RoleHolding
from apps.organizations.roles import ROLES
from apps.organizations.services import roles
from apps.people.models import Contact, Person


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence("person{}".format)
    name = factory.Sequence("张老师{}".format)
    chose_password_at = factory.LazyFunction(timezone.now)


def person(role: str, organization: Organization, **facts: Any) -> User:
    """Somebody who holds one role at one organization."""
    user = UserFactory(**facts)
    holding = RoleHolding.objects.filter(role=role, organization=organization).first()
    holding = holding or roles.opened(ROLES[role], {organization.pk: organization})[organization.pk]
    user.groups.through.objects.create(user=user, group_id=holding.group_id)  # what `grant` comes down to for somebody new
    return user


def serving(role: str, organization: Organization, *, home: Organization | None = None, **facts: Any) -> Person:
    """The same with a telephone and an e-mail, kept where they serve."""
    user = person(role, organization, **facts)
    home = home or organization
    Contact.objects.create(
        user=user, organization=home, county_id=home.county_id, phone="0573-82000000", email=f"{user.username}@school.example"
    )
    return Person.objects.get(pk=user.pk)
