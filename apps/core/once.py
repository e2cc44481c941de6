"""A double click, a reload, a proxy that tries again: the same form sent twice is done once.

Each page that is rendered carries a CSRF token masked anew, so the token and what was typed name one sending of one form. The first request
to name it claims it in its own transaction; the second waits there for the first, and is led to where the first one went.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from apps.core.models import Submission

KEPT = timedelta(days=1)
REPEATED = "这份内容刚才已经提交，没有重复办理。"


class OnceMiddleware:
    """Goes inside the request's transaction. Only what led on (a redirect) counts as done: a form that came back may be sent again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = key_of(request)
        if key is None:
            return self.get_response(request)
        if not _claim(key, request):
            messages.info(request, REPEATED)
            return HttpResponseRedirect(Submission.objects.get(pk=key).answer)
        response = self.get_response(request)
        sent = Submission.objects.filter(pk=key)
        if isinstance(response, HttpResponseRedirect) and len(response.url) <= 2000:
            sent.update(answer=response.url)
        else:
            sent.delete()
        return response


def key_of(request: HttpRequest) -> str | None:
    """Names this sending: who, where to, the page it came from, and what was typed. None for what is no form of a signed-in user."""
    if request.method != "POST" or not request.user.is_authenticated or "csrfmiddlewaretoken" not in request.POST:
        return None
    files = [(name, file.name, file.size) for name, sent in sorted(request.FILES.lists()) for file in sent]
    sending = (request.user.pk, request.session.session_key, request.get_full_path(), request.POST.urlencode(), files)
    return hashlib.sha256(repr(sending).encode()).hexdigest()


def forget_old() -> int:
    """Drop what nobody will send again; returns how many."""
    return Submission.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def _claim(key: str, request: HttpRequest) -> bool:
    """False when it was claimed before; waits for a claim that is not committed yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_submission (key, user_id, answer, at) VALUES (%s, %s, '', now()) ON CONFLICT DO NOTHING",
            [key, request.user.pk],
        )
        return cursor.rowcount == 1
