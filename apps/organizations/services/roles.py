"""Granting and taking away roles."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, transaction
from guardian.models import GroupObjectPermission, UserObjectPermission

from apps.accounts.models import User
from apps.accounts.services import sessions
from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import turns
from apps.core.errors import DomainError
from apps.organizations import grants
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, RoleHolding
from apps.organizations.roles import ROLES, SEPARATE, Role
from apps.organizations.rules import may_appoint


def grant(*, user: Any, role: str, organization: Organization, by: Any = None) -> RoleHolding:
    """Give a user a role at an organization: they join the group that carries the role's permissions there.

    Without `by` it is the operator who gives it, and answers for it. Raises DomainError, PermissionDenied.
    """
    return grant_all(role=role, posts=[(user, organization)], by=by)[0]


@transaction.atomic
def grant_all(*, role: str, posts: Iterable[tuple[Any, Organization]], by: Any = None) -> list[RoleHolding]:
    """Give one role to many, each at an organization of theirs; as many statements for two hundred as for one."""
    posts, definition = list(posts), ROLES[role]
    for user, organization in posts:
        _refuse_level(definition, organization)
        if by is not None:
            _refuse_unless_appointed(user, role, organization, by)
    _lock([user for user, _ in posts])
    _refuse_beside_separate(definition, [user for user, _ in posts])
    holdings = opened(definition, {organization.pk: organization for _, organization in posts})
    given = [(user, holdings[organization.pk]) for user, organization in posts]
    through = User.groups.through.objects
    through.bulk_create([through.model(user_id=user.pk, group_id=holding.group_id) for user, holding in given], ignore_conflicts=True)
    for user, _ in given:
        grants.forget(user)
    if by is not None:
        _record(Verb.GRANT, definition, given)
    return [holding for _, holding in given]


@transaction.atomic
def revoke(*, user: Any, role: str, organization: Organization, by: Any = None) -> None:
    """Take a role away; it bites at once here and on the user's next request elsewhere, for their sessions end. Raises DomainError,
    PermissionDenied.
    """
    if by is not None:
        _refuse_unless_appointed(user, role, organization, by)
    _lock([user])
    holding = RoleHolding.objects.filter(role=role, organization=organization, group__user=user).select_related("organization").first()
    if holding is None:
        raise DomainError(f"{user}现已不是{organization}的{ROLES[role].label}，无需再办理。")
    user.groups.remove(holding.group_id)
    grants.forget(user)
    sessions.end_all(user=user)
    if by is not None:
        _record(Verb.REVOKE, ROLES[role], [(user, holding)])


def sync(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Bring every holding's permissions in line with the role table; every migration ends with it, for the table may have changed.

    What no holding gives is nobody's: permissions of other groups and of single persons go, and those on an organization that is not the
    holding's.
    """
    with transaction.atomic(using=using):
        UserObjectPermission.objects.using(using).all().delete()
        GroupObjectPermission.objects.using(using).filter(group__holding__isnull=True).delete()
        for holding in RoleHolding.objects.using(using):
            held = GroupObjectPermission.objects.using(using).filter(group=holding.group_id)
            held.exclude(permission__codename__in=ROLES[holding.role].permissions, object_pk=str(holding.organization_id)).delete()
            _assign([holding], using=using)


def _refuse_level(role: Role, organization: Organization) -> None:
    if organization.kind not in role.levels:
        raise DomainError(f"“{role.label}”不能设在{Kind(organization.kind).label}一级。", field="role")


def _refuse_unless_appointed(user: Any, role: str, organization: Organization, by: Any) -> None:
    if user.pk == by.pk:
        raise PermissionDenied("自己的角色不能由自己授予或收回，请联系市级系统管理员。")
    if not may_appoint(by, role, organization):
        raise PermissionDenied(f"您不能授予或收回{organization}的“{ROLES[role].label}”，请联系市级系统管理员。")


def _refuse_beside_separate(role: Role, users: list[Any]) -> None:
    """Whoever keeps accounts or reads the log does no other work; the database holds this too."""
    others = RoleHolding.objects.filter(group__user__in=users).exclude(role=role.key)
    if role.key not in SEPARATE:
        others = others.filter(role__in=SEPARATE)
    if other := others.select_related("organization").first():
        holder = other.group.user_set.filter(pk__in=[user.pk for user in users]).first()
        raise DomainError(f"{holder}现任{other}。系统管理员和审计员须由专人担任，不能兼任其他角色。", field="role")


def _lock(users: list[Any]) -> None:
    """Whoever changes the roles of the same person waits; in one order, so that nobody waits in a circle."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=[user.pk for user in users]).order_by("pk").values_list("pk"))


def _record(verb: Verb, role: Role, given: list[tuple[Any, RoleHolding]]) -> None:
    persons = [{"user": user.pk, "account": user.username, "name": str(user), "organization": held.organization_id} for user, held in given]
    user, holding = given[0]
    about = f"{user}（{user.username}）：{holding}" if len(given) == 1 else f"{len(given)} 人：{role.label}"
    audit.record(verb, about, details={"role": role.key, "persons": persons})


def opened(role: Role, organizations: dict[int, Organization]) -> dict[int, RoleHolding]:
    """The role's holdings at these organizations, by organization; those that nobody has held yet are made."""
    turns.take(f"organizations.roles.{role.key}")
    known = RoleHolding.objects.filter(role=role.key, organization__in=organizations)
    found = {holding.organization_id: holding for holding in known.select_related("organization")}
    missing = [organization for pk, organization in organizations.items() if pk not in found]
    if missing:
        groups = Group.objects.bulk_create([Group(name=f"{role.key}@{organization.pk}") for organization in missing])
        pairs = zip(groups, missing, strict=True)
        new = RoleHolding.objects.bulk_create(
            [RoleHolding(group=group, role=role.key, organization=organization) for group, organization in pairs]
        )
        _assign(new)
        found |= {holding.organization_id: holding for holding in new}
    return found


def _assign(holdings: list[RoleHolding], *, using: str = DEFAULT_DB_ALIAS) -> None:
    """What guardian's `assign_perm` would write for each permission of their role, in one statement."""
    declared = Permission.objects.using(using).filter(content_type__app_label="organizations")
    permissions = list(declared.values_list("pk", "content_type_id", "codename"))
    GroupObjectPermission.objects.using(using).bulk_create(
        [
            GroupObjectPermission(
                group_id=holding.group_id,
                permission_id=permission,
                content_type_id=content_type,
                object_pk=str(holding.organization_id),
            )
            for holding in holdings
            for permission, content_type, codename in permissions
            if codename in ROLES[holding.role].permissions
        ],
        ignore_conflicts=True,
    )
