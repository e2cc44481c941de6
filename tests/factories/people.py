"""People who sign in, with the roles they hold."""

from typing import Any

import factory
from django.utils import timezone

from apps.accounts.models import User
from apps.organizations.models import Organization
from apps.organizations.services import roles


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence("person{}".format)
    name = factory.Sequence("张老师{}".format)
    chose_password_at = factory.LazyFunction(timezone.now)


def person(role: str, organization: Organization, **facts: Any) -> User:
    """Somebody who holds one role at one organization."""
    user = UserFactory(**facts)
    roles.grant(user=user, role=role, organization=organization)
    return user
