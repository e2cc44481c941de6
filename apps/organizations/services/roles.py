"""Granting and taking away roles."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, transaction
from guardian.models import GroupObjectPermission

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


def sync(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Bring every holding's permissions in line with the role table; every migration ends with it, for the table may have changed."""
    with transaction.atomic(using=using):
        for holding in RoleHolding.objects.using(using):
            held = GroupObjectPermission.objects.using(using).filter(group=holding.group_id)
            held.exclude(permission__codename__in=ROLES[holding.role].permissions).delete()
            _assign(holding, using=using)


def _open(role: Role, organization: Organization) -> RoleHolding:
    group = Group.objects.create(name=f"{role.key}@{organization.pk}")
    holding = RoleHolding.objects.create(group=group, role=role.key, organization=organization)
    _assign(holding)
    return holding


def _assign(holding: RoleHolding, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """What guardian's `assign_perm` would write for each permission of the role, in one statement."""
    permissions = Permission.objects.using(using).filter(content_type__app_label="organizations")
    GroupObjectPermission.objects.using(using).bulk_create(
        [
            GroupObjectPermission(
                group_id=holding.group_id,
                permission=permission,
                content_type_id=permission.content_type_id,
                object_pk=str(holding.organization_id),
            )
            for permission in permissions.filter(codename__in=ROLES[holding.role].permissions)
        ],
        ignore_conflicts=True,
    )
