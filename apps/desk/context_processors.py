"""What the frame around every page shows: the navigation and who is signed in where."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from apps.organizations.models import RoleHolding

NAVIGATION = (("重点任务", (("工作方案", "plans:list", "file", "plans.view"),)),)


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell.nav`, `shell.role_label`, `shell.organization`, `shell.demo`; only the rooms the user may enter."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"shell": {"demo": settings.DEMO}}
    holding = RoleHolding.objects.filter(group__user=user).select_related("organization").first()
    nav = []
    for label, entries in NAVIGATION:
        items = [
            {"label": name, "href": reverse(url), "icon": icon, "active": request.path.startswith(reverse(url))}
            for name, url, icon, permission in entries
            if permission is None or user.has_perm(permission)
        ]
        if items:
            nav.append({"label": label, "items": items})
    return {
        "shell": {
            "nav": nav,
            "role_label": holding.get_role_display() if holding else "",
            "organization": holding.organization if holding else None,
            "demo": settings.DEMO,
        }
    }
