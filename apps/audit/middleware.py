"""Signs everything a request writes: every row of history, and every act."""

from typing import Any
from uuid import uuid4

import pghistory.middleware
from django.http import HttpRequest


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """pghistory's, which also says as what somebody acts, for which organization, in which request, and from where.

    `request.acting` is put there by whoever knows roles: {"role": words, "organization": key}.
    """

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
