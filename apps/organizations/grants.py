"""What a user's roles give, read once per user object: the ground that rules, querysets and the scope of a request stand on."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models.functions import Cast
from guardian.models import GroupObjectPermission

from apps.core.scope import Scope
from apps.organizations.enums import Kind
from apps.organizations.roles import Role

Grants = dict[str, frozenset[int]]  # permission → the organizations where the user holds it


def hats_of(user: Any) -> list[Any]:
    """The roles that a person holds, each at its organization, highest first. A request wears one of them (`RoleHolding`)."""
    holdings = apps.get_model("organizations", "RoleHolding").objects
    return list(holdings.filter(group__user=user).select_related("organization").order_by("organization__path", "role"))


def wear(user: Any, hat: Any | None) -> None:
    """From now on this user object has only what this one role gives; with None, nothing."""
    forget(user)
    user._hat = hat


def worn_by(user: Any) -> list[Any]:
    """The holdings that a user object acts through now: the hat that a request wears, else all their roles; none for a disabled account."""
    if not (user.is_active and user.pk and getattr(user, "_hat", True)):
        return []
    if "_worn" not in user.__dict__:
        user._worn = [user._hat] if getattr(user, "_hat", None) else hats_of(user)
    return user._worn


def supposing(role: Role, organization: Any) -> Any:
    """Nobody: a user object with what this role alone would give at this organization. What a grant would show is asked of it beforehand,
    through the very querysets that will answer afterwards.
    """
    user = get_user_model()(is_active=True)
    user.__dict__["_grants"] = {permission: frozenset({organization.pk}) for permission in role.permissions}
    return user


def grants_of(user: Any) -> Grants:
    """Every permission the user's roles give, in one query: those of the hat that a request wears, else of all their roles."""
    if not hasattr(user, "_grants"):
        found: dict[str, set[int]] = defaultdict(set)
        if user.is_active and user.pk and getattr(user, "_hat", True):
            rows = GroupObjectPermission.objects.filter(group__user=user, permission__content_type__app_label="organizations")
            # A grant is its holding's: one that stands elsewhere, or has outlived it, gives nothing.
            rows = rows.filter(object_pk=Cast("group__holding__organization", models.CharField()))
            if hat := getattr(user, "_hat", None):
                rows = rows.filter(group=hat.group_id)
            for codename, object_pk in rows.values_list("permission__codename", "object_pk"):
                found[codename].add(int(object_pk))
        user._grants = {codename: frozenset(pks) for codename, pks in found.items()}
    return user._grants


def forget(user: Any) -> None:
    """Read the roles of this user object again: they have just changed."""
    for name in ("_grants", "_scopes", "_worn"):
        user.__dict__.pop(name, None)


def scope_for(user: Any, permission: str) -> Scope:
    """The rows for which the user holds a permission."""
    return _scope_at(user, grants_of(user).get(permission, frozenset()))


def whole_scope(user: Any) -> Scope:
    """All that any of the user's roles shows: what the database lets a request of theirs see."""
    return _scope_at(user, frozenset().union(*grants_of(user).values()))


def _scope_at(user: Any, held_at: frozenset[int]) -> Scope:
    scopes = user.__dict__.setdefault("_scopes", {})
    if held_at not in scopes:
        hat = getattr(user, "_hat", None)
        known = [hat.organization] if hat and held_at == {hat.organization_id} else None
        scopes[held_at] = _load_scope(held_at, known)
    return scopes[held_at]


def _load_scope(held_at: frozenset[int], known: Iterable[Any] | None) -> Scope:
    """Holding a role shows everything at the widest city, whole counties below it and at a reporting unit, else the listed subtree."""
    organizations = apps.get_model("organizations", "Organization").objects
    scope = Scope()
    for organization in known or organizations.filter(pk__in=held_at):
        if organization.parent_id is None:
            scope |= Scope(everything=True)
        elif organization.kind in (Kind.CITY, Kind.COUNTY):
            scope |= Scope(counties=organizations.reporting_below(organization))
        else:
            scope |= Scope(organizations=frozenset(organizations.below(organization).values_list("pk", flat=True)))
    return scope
