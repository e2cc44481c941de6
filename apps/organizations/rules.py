"""Who may do what: the predicate behind `user.has_perm("plans.submit", plan)`.

The twin of `visible_to`: both read the same grants, and a parametrised test compares them row by row.
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied

from apps.core.lifecycle.enums import State
from apps.organizations.grants import grants_of, worn_by
from apps.organizations.models import Organization, TenantReport
from apps.organizations.roles import ROLES


def holds(user: Any, permission: str, organization: Organization) -> bool:
    """Does a role at the organization or above it give the permission? `review` counts only from strictly above."""
    return bool(_given_at(user, permission, organization))


def acting_organization(user: Any, permission: str, organization: Organization) -> Organization:
    """The organization for which the user acts when they use a permission on `organization`: the nearest one that gives it.

    Raises PermissionDenied when none does.
    """
    given_at = _given_at(user, permission, organization)
    if not given_at:
        raise PermissionDenied
    return Organization.objects.get(pk=given_at[-1])


def _given_at(user: Any, permission: str, organization: Organization) -> list[int]:
    """The organizations, from the root down, at which a role gives the user the permission on `organization`."""
    held_at = grants_of(user).get(permission, frozenset())
    line = organization.line[:-1] if permission.endswith(".review") else organization.line
    return [key for key in line if key in held_at]


def may_appoint(user: Any, role: str, organization: Organization) -> bool:
    """May the user give and take this role there: does a role of theirs, held there or above, appoint it?"""
    return organization.kind in ROLES[role].levels and any(
        role in ROLES[held.role].appoints and held.organization_id in organization.line for held in worn_by(user)
    )


def appointable(user: Any) -> list[str]:
    """The roles that the user may give somewhere, in the order of the role table."""
    appoints = frozenset().union(*(ROLES[held.role].appoints for held in worn_by(user)))
    return [role for role in ROLES if role in appoints]


class OrganizationBackend(BaseBackend):
    """Answers for organizations and for the rows that belong to them. Without an object: is the permission held anywhere?"""

    knows_roles = True  # so `User.has_perm` asks this one

    def has_perm(self, user: Any, perm: str, obj: Any = None) -> bool:
        if not user.is_active or user.is_anonymous:
            return False
        if obj is None:
            return perm in grants_of(user)
        if isinstance(obj, Organization):
            return holds(user, perm, obj)
        if perm.endswith(".view"):
            if (
                isinstance(obj, TenantReport)
                and obj.state == State.DRAFT
                and not holds(user, f"{obj._meta.app_label}.edit", obj.organization)
            ):
                return False
            return any(holds(user, perm, organization) for organization in obj.organizations_in_scope())
        return holds(user, perm, obj.organization)
