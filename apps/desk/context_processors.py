"""What the frame around every page shows: the navigation and who is signed in where."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from apps.core import navigation

SECTIONS = ("", "重点任务", "基层组织")


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell.nav`, `shell.role_label`, `shell.organization`, `shell.demo`; only the rooms the user may enter.

    Made once a request: a table renders its cells from templates of their own, each with every context processor.
    """
    if not hasattr(request, "_shell"):
        request._shell = _shell(request)  # type: ignore[attr-defined]
    return {"shell": request._shell}  # type: ignore[attr-defined]


def _shell(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"demo": settings.DEMO}
    hat, hats = getattr(request, "hat", None), getattr(request, "hats", ())
    nav: dict[str, list[dict[str, Any]]] = {section: [] for section in SECTIONS}
    for entry in sorted(navigation.entries(), key=lambda each: each.url_name != "desk:desk"):  # everybody begins at their desk
        if entry.permission is None or user.has_perm(entry.permission):
            href = reverse(entry.url_name)
            active = request.path.startswith(href)
            nav[entry.section].append({"label": entry.label, "href": href, "icon": entry.icon, "active": active})
    return {
        "nav": [{"label": label, "entries": items} for label, items in nav.items() if items],
        "role_label": hat.get_role_display() if hat else "",
        "organization": hat.organization if hat else None,
        "has_several_hats": len(hats) > 1,
        "demo": settings.DEMO,
    }
