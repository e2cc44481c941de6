"""Chainable reads of sign-ins."""

from typing import Any

from django.contrib.sessions.base_session import BaseSessionManager
from django.db import models
from django.utils import timezone


class SessionQuerySet(models.QuerySet[Any]):
    def of(self, user: Any) -> "SessionQuerySet":
        return self.filter(user=user)

    def live(self) -> "SessionQuerySet":
        """Those that still open the portal, latest used first."""
        return self.filter(expire_date__gt=timezone.now()).order_by("-expire_date")

    def expired(self) -> "SessionQuerySet":
        return self.filter(expire_date__lte=timezone.now())


SessionManager = BaseSessionManager.from_queryset(SessionQuerySet)
