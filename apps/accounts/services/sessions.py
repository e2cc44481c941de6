"""Ending sign-ins. A session that is gone from its table is gone for every process (apps/accounts/sessions.py)."""

from typing import Any

from django.db import transaction

from apps.accounts.models import Session, User
from apps.audit import services as audit
from apps.audit.enums import Verb


@transaction.atomic
def end_all(*, user: User, except_key: str | None = None) -> int:
    """End every sign-in of a person, but for the session of `except_key`; returns how many were ended. Bites on their next request."""
    return _end(user, Session.objects.of(user).exclude(session_key=except_key or ""))


@transaction.atomic
def end(*, user: User, handle: str) -> int:
    """End one of a person's own sign-ins; 0 when there is none of theirs with this handle."""
    keys = [session.pk for session in Session.objects.of(user) if session.handle == handle]
    return _end(user, Session.objects.of(user).filter(pk__in=keys))


def clear_expired() -> int:
    """Sweep away what has ended by itself."""
    return Session.objects.expired().delete()[0]


def _end(user: User, sessions: Any) -> int:
    live = sessions.live().count()
    sessions.delete()
    if live:
        audit.record(Verb.SESSION_ENDED, f"{user}的 {live} 个登录", details={"user": user.pk, "username": user.username, "count": live})
    return live
