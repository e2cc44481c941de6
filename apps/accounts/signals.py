"""What Django and axes say about sign-ins, written to the log and to the session."""

from datetime import datetime
from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.sessions import SIGN_IN
from apps.audit import services as audit
from apps.audit.enums import Verb

MAX_BROWSER = 300


def connect() -> None:
    user_logged_in.connect(signed_in, dispatch_uid="accounts.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="accounts.signed_out")
    user_login_failed.connect(failed, dispatch_uid="accounts.failed")
    user_locked_out.connect(locked_out, dispatch_uid="accounts.locked_out")


def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    began_at: datetime = timezone.now()
    request.session[SIGN_IN] = {
        "address": request.META.get("REMOTE_ADDR") or None,
        "browser": request.META.get("HTTP_USER_AGENT", "")[:MAX_BROWSER],
        "began_at": began_at.isoformat(),
    }
    audit.record(Verb.SIGN_IN, user=user.pk, name=str(user), details={"username": user.username})


def signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user:  # else the session had ended before
        audit.record(Verb.SIGN_OUT, user=user.pk, name=str(user), details={"username": user.username})


def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """What was typed as the account, whether there is one or not."""
    typed = str(credentials.get("username") or "")[:150]
    audit.record(Verb.SIGN_IN_FAILED, typed, details={"username": typed})


def locked_out(request: HttpRequest, username: str | None, **kwargs: Any) -> None:
    typed = (username or "")[:150]
    audit.record(Verb.LOCKED_OUT, typed, details={"username": typed})
