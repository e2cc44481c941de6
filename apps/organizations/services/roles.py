"""Granting and taking away roles."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from guardian.models import GroupObjectPermission
from guardian.shortcuts import assign_perm

from apps.core.errors import DomainError
from apps.organizations import grants
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, RoleHolding
from apps.organizations.roles import ROLES, Role


@transaction.atomic
def grant(*, user: Any, role: str, organization: Organization) -> RoleHolding:
    """Give a user a role at an organization: they join the group that carries the role's permissions there."""
    definition = ROLES[role]
    if organization.kind not in definition.levels:
        raise DomainError(f"“{definition.label}”不能设在{Kind(organization.kind).label}一级。", field="role")
    holding = RoleHolding.objects.filter(role=role, organization=organization).first() or _open(definition, organization)
    user.groups.add(holding.group)
    grants.forget(user)
    return holding


@transaction.atomic
def revoke(*, user: Any, role: str, organization: Organization) -> None:
    """Take a role away; it bites at once here, elsewhere on the user's next request."""
    user.groups.remove(*Group.objects.filter(holding__role=role, holding__organization=organization))
    grants.forget(user)


@transaction.atomic
def sync() -> None:
    """Bring every holding's permissions in line with the role table, after the table changed."""
    for holding in RoleHolding.objects.select_related("group", "organization"):
        wanted = ROLES[holding.role].permissions
        GroupObjectPermission.objects.filter(group=holding.group).exclude(permission__codename__in=wanted).delete()
        _assign(ROLES[holding.role], holding.group, holding.organization)


def _open(role: Role, organization: Organization) -> RoleHolding:
    group = Group.objects.create(name=f"{role.key}@{organization.pk}")
    _assign(role, group, organization)
    return RoleHolding.objects.create(group=group, role=role.key, organization=organization)


def _assign(role: Role, group: Group, organization: Organization) -> None:
    for permission in Permission.objects.filter(content_type__app_label="organizations", codename__in=role.permissions):
        assign_perm(permission, group, organization)
