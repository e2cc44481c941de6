"""Signs everything a request writes: every row of history, and every act."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pghistory.middleware
from django.db import connection
from django.http import HttpRequest, HttpResponse

from apps.audit import services
from apps.audit.enums import Verb


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """pghistory's, which also says as what somebody acts, for which organization, in which request, and from where.

    `request.acting` is put there by whoever knows roles: {"role": words, "organization": key}. Whoever is refused something is in the log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        def answer(request: HttpRequest) -> HttpResponse:
            response = get_response(request)
            if response.status_code == 403 and request.user.is_authenticated and not connection.needs_rollback:
                services.record(Verb.REFUSED, f"{request.method} {request.path}")
            return response

        super().__init__(answer)

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        user = request.user
        who = {"user": user.pk, "name": str(user)} if user.is_authenticated else {"user": None}
        return {
            **who,
            **getattr(request, "acting", {}),
            "request": str(uuid4()),
            "address": request.META.get("REMOTE_ADDR") or None,
            "url": request.path[:300],
        }
