"""Reads of the people who have an account: of one's own organizations, and those from elsewhere who hold a role in them."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, Value, When
from django.db.models.functions import Coalesce

from apps.accounts.models import User
from apps.core.scope import Scope
from apps.organizations.grants import scope_for, worn_by
from apps.organizations.roles import ROLES
from apps.people.enums import State


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Whoever serves where the user may see people, or holds a role there. An account without either opens nothing."""
        scope = scope_for(user, "people.view")
        held = self._posts().filter(group__holding__isnull=False)
        if not scope.everything:
            organization = "group__holding__organization"
            held = held.filter(Q(**{f"{organization}__county__in": scope.counties}) | Q(**{f"{organization}__in": scope.organizations}))
        return self.filter(self._at_home(scope) | Exists(held))

    def managed_by(self, user: Any) -> Self:
        """Whose account the user keeps: the twin of `rules.why_not`."""
        scope = scope_for(user, "people.manage")
        appointed = Q(pk__in=[])
        for held in worn_by(user):
            appointed |= Q(
                group__holding__role__in=ROLES[held.role].appoints, group__holding__organization__path__within=held.organization.path
            )
        beyond = self._posts().filter(group__holding__isnull=False).exclude(appointed)
        return self.filter(self._at_home(scope), ~Exists(beyond)).exclude(pk=user.pk)

    def within(self, organization: Any) -> Self:
        """Who serves or holds a role at the organization or below it."""
        held = self._posts().filter(group__holding__organization__path__within=organization.path)
        return self.filter(Q(contact__organization__path__within=organization.path) | Exists(held))

    def in_role(self, role: str) -> Self:
        return self.filter(Exists(self._posts().filter(group__holding__role=role)))

    def holding(self, holding: Any) -> Self:
        return self.filter(groups=holding.group_id)

    def matching(self, words: str) -> Self:
        """By a part of the name or of the account; every word must be found."""
        found = self
        for word in words.split():
            found = found.filter(Q(name__icontains=word) | Q(username__icontains=word))
        return found

    def with_state(self, now: datetime) -> Self:
        """`state`: the first of `State` that is true. `seen_at`: the last sign-in, else the day the account was opened."""
        return self.annotate(**standing(now))

    def never_entered(self) -> Self:
        """Accounts in use that wait for their owner: no password chosen, never signed in."""
        return self.filter(is_active=True, chose_password_at__isnull=True, last_login__isnull=True)

    def in_state(self, state: str) -> Self:
        return self.filter(state=state)

    def with_posts(self, user: Any) -> Self:
        """Two queries more, however many people: `posts`, the groups of their roles, and the contact where the user may see it."""
        contacts = apps.get_model("people", "Contact").objects.visible_to(user).select_related("organization__parent", "county")
        groups = Group.objects.filter(holding__isnull=False).select_related("holding__organization").order_by("holding__organization__path")
        return self.prefetch_related(Prefetch("contact", contacts), Prefetch("groups", groups, to_attr="posts"))

    def _at_home(self, scope: Scope) -> Q:
        if scope.everything:
            return Q(contact__isnull=False)
        return Q(contact__county__in=scope.counties) | Q(contact__organization__in=scope.organizations)

    def _posts(self) -> models.QuerySet:
        return User.groups.through.objects.filter(user=OuterRef("pk"))


def standing(now: datetime, user: str = "") -> dict[str, Any]:
    """How an account stands, as annotations of its row, or of one that points to it (`user`: "user__")."""
    stale_before = now - timedelta(days=settings.STALE_ACCOUNT_DAYS)
    return {
        "seen_at": Coalesce(F(f"{user}last_login"), F(f"{user}date_joined")),
        "state": Case(
            When(**{f"{user}is_active": False}, then=Value(State.DISABLED)),
            When(seen_at__lt=stale_before, then=Value(State.STALE)),
            When(**{f"{user}chose_password_at__isnull": True}, then=Value(State.WAITING)),
            default=Value(State.ACTIVE),
            output_field=models.CharField(),
        ),
    }
