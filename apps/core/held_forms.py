"""A form sent after the session ended waits in the new, anonymous session until its sender signs in and opens the page again.

Signing in as someone else than the session remembers flushes it, so a held form never reaches another person's account by way of a
session that was signed in. Files cannot be held; the page says so.
"""

from django.http import HttpRequest, QueryDict

KEY = "held_form"
MAX_BYTES = 200_000


def hold(request: HttpRequest) -> None:
    """Keep the fields of this POST under its path; a larger form than MAX_BYTES is not kept."""
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    encoded = data.urlencode()
    if len(encoded) <= MAX_BYTES:
        request.session[KEY] = {"path": request.path, "data": encoded}


def take(request: HttpRequest) -> QueryDict | None:
    """The held fields for this path, once."""
    held = request.session.get(KEY)
    if not held or held["path"] != request.path:
        return None
    del request.session[KEY]
    return QueryDict(held["data"])
