"""A form sent after the session ended waits in the new, anonymous session until its sender signs in and opens the page again.

A browser forgets a session when it ends, so a cookie of its own, signed and without an end, says who used this browser last. A form is
held for them alone: whoever else signs in at the same machine never sees it. Files cannot be held; the page says so.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

KEY = "held_form"
COOKIE = "last_user"
MAX_BYTES = 600_000  # five written parts at their limit, as a browser encodes them


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser know whose forms it sends from now on."""
    sender = str(request.user.pk)
    if _sender(request) != sender:
        response.set_signed_cookie(COOKIE, sender, salt=COOKIE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def hold(request: HttpRequest) -> None:
    """Keep the fields of this POST under its path; not a form larger than MAX_BYTES, nor one from nobody we know."""
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    encoded, sender = data.urlencode(), _sender(request)
    if sender and len(encoded) <= MAX_BYTES:
        request.session[KEY] = {"sender": sender, "path": request.path, "data": encoded}


def take(request: HttpRequest) -> QueryDict | None:
    """The fields that the user's own form held for this path, once."""
    held = request.session.get(KEY)
    if not held or held["path"] != request.path or held["sender"] != str(request.user.pk):
        return None
    del request.session[KEY]
    return QueryDict(held["data"])


def _sender(request: HttpRequest) -> Any:
    return request.get_signed_cookie(COOKIE, default=None, salt=COOKIE)
