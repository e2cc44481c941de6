"""The bell at the top of every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.notices import selectors


def bell(request: HttpRequest) -> dict[str, Any]:
    """`bell`: how many notices are unread, asked for once a request and only by a page that has the bar."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    if not hasattr(request, "_bell"):
        request._bell = SimpleLazyObject(lambda: selectors.unread_count(user))  # type: ignore[attr-defined]
    return {"bell": request._bell}  # type: ignore[attr-defined]
