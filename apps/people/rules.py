"""Who may keep whose account. Seeing people is `visible_to`; this is about more: a reset opens an account to whoever resets it, so nobody
manages one that holds a role they could not give themselves.
"""

from typing import Any

from apps.organizations.enums import Kind
from apps.organizations.roles import ROLES, SEPARATE
from apps.organizations.rules import holds, may_appoint
from apps.people.models import Person


def why_not(*, by: Any, person: Person) -> str | None:
    """Why `by` does not manage this account, and who does, as a sentence; None when they do."""
    if person.pk == by.pk:
        return "这是您自己的账号，不能由自己管理；需要调整的，请联系市级系统管理员。"
    if person.home is None or not holds(by, "people.manage", person.home):
        return f"此账号由{person.home or '其他单位'}管理；您可以收回此人在本单位的角色。"
    for held in person.holdings:
        if held.role in SEPARATE:
            return f"此人任{held.get_role_display()}，账号由运维人员管理。"
        if not may_appoint(by, held.role, held.organization):
            return f"此人任{held}，这个角色不由您授予，账号由市级系统管理员管理。"
    return None


def misplaced(*, role: str, organization: Any) -> str:
    """Why a role is not held at an organization of that kind; empty where it may be."""
    levels = ROLES[role].levels
    if organization.kind in levels:
        return ""
    where = "、".join(kind.label for kind in Kind if kind in levels)
    return f"{organization}是{Kind(organization.kind).label}，“{ROLES[role].label}”设在{where}，请核对单位和角色。"
