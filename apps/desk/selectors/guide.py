"""What the desk and the help page say about rooms and roles, in the words of the role table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.core import navigation
from apps.desk.context_processors import SECTIONS
from apps.organizations.enums import Kind
from apps.organizations.grants import grants_of
from apps.organizations.roles import PERMISSIONS, ROLES, Role


@dataclass(frozen=True)
class Room:
    """A room the user may enter, with what they may do there."""

    label: str
    url: str
    icon: str
    acts: str


def rooms(user: Any) -> list[Room]:
    """The rooms of the menu that the user has a permission for, in the menu's order."""
    held = grants_of(user)
    found = sorted((entry for entry in navigation.entries() if entry.permission in held), key=lambda each: SECTIONS.index(each.section))
    return [Room(each.label, reverse(each.url_name), each.icon, _acts(str(each.permission).split(".")[0], held)) for each in found]


@dataclass(frozen=True)
class RoleGuide:
    """A role as the help page explains it."""

    label: str
    description: str
    levels: str
    acts: tuple[str, ...]


def role_guides() -> list[RoleGuide]:
    return [_guide(role) for role in ROLES.values()]


def _guide(role: Role) -> RoleGuide:
    levels = "、".join(kind.label for kind in Kind if kind in role.levels)
    acts = tuple(label for permission, label in PERMISSIONS.items() if permission in role.permissions and not _views(permission))
    return RoleGuide(role.label, role.description, levels, acts)


def _acts(app: str, held: Iterable[str]) -> str:
    """What may be done in an app besides looking, in the words of the role table."""
    mine = [permission for permission in PERMISSIONS if permission in held and permission.startswith(f"{app}.")]
    doing = [permission for permission in mine if not _views(permission)]
    return "、".join(PERMISSIONS[permission] for permission in doing or mine)


def _views(permission: str) -> bool:
    return permission.endswith(".view")
