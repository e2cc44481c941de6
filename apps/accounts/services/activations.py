"""Activation codes: how a person gets to set their own password, and how an account is opened or opened again."""

import secrets
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.accounts.models import Activation, User
from apps.accounts.services import passwords, sessions
from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import DomainError

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I, which look alike
LENGTH, GROUP = 12, 4
GOOD_FOR = timedelta(days=7)
REFUSED = "账号或激活码不正确，或者激活码已使用、已过期。请核对后重新输入；连续 5 次不正确，账号将锁定 30 分钟。"


@transaction.atomic
def issue(*, user: User, by: User | None) -> str:
    """From now on the person gets in with this code alone: they set a new password with it. Returns it as XXXX-XXXX-XXXX, once.

    An earlier code is void, the old password too, every sign-in is ended, and a lock after wrong passwords is lifted. `by` is None only
    for the operator's command.
    """
    code = _new_code()
    Activation.objects.update_or_create(user=user, defaults=_facts(user, code, by))
    user.set_unusable_password()
    user.chose_password_at = None
    user.save(update_fields=["password", "chose_password_at"])
    sessions.end_all(user=user)
    AxesProxyHandler.reset_attempts(username=user.username)
    audit.record(Verb.PASSWORD, f"为{user}发放激活码", details={"user": user.pk, "username": user.username})
    return _as_shown(code)


@transaction.atomic
def issue_all(*, users: Iterable[User], by: User) -> dict[int, str]:
    """Codes of accounts that have no password yet, an earlier one is void: a person's key → their code. As many statements for two hundred
    as for one.
    """
    codes = {user: _new_code() for user in users}
    rows = [Activation(user_id=user.pk, **_facts(user, code, by)) for user, code in codes.items()]
    kept = ("digest", "issued_at", "expires_at", "used_at", "by")
    Activation.objects.bulk_create(rows, update_conflicts=True, unique_fields=["user"], update_fields=kept)
    names = [user.username for user in codes]
    audit.record(Verb.PASSWORD, f"发放激活码，{len(names)} 个", details={"usernames": names})
    return {user.pk: _as_shown(code) for user, code in codes.items()}


def holder(*, username: str, code: str) -> User | None:
    """The person whose open code this is; None for every reason to refuse."""
    found = Activation.objects.select_related("user").filter(user__username=username, user__is_active=True).first()
    return found.user if found and _fits(found, code) else None


@transaction.atomic
def use(*, user: User, code: str, password: str) -> None:
    """Set the person's own password; the code is spent. Of two who send it at once, the second is refused."""
    found = Activation.objects.select_for_update(of=("self",)).filter(user=user, user__is_active=True).first()
    if found is None or not _fits(found, code):
        raise DomainError(REFUSED)
    passwords.choose(user=user, password=password)
    found.used_at = timezone.now()
    found.save(update_fields=["used_at"])


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def _as_shown(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _facts(user: User, code: str, by: User | None) -> dict[str, Any]:
    now = timezone.now()
    return {"digest": _digest(user, code), "issued_at": now, "expires_at": now + GOOD_FOR, "used_at": None, "by": by}


def _fits(activation: Activation, code: str) -> bool:
    return activation.is_open and constant_time_compare(activation.digest, _digest(activation.user, code))


def _digest(user: User, code: str) -> str:
    """Of the code as it was meant: small letters, spaces, hyphens and full-width letters make no difference."""
    typed: Any = unicodedata.normalize("NFKC", code).upper()
    return salted_hmac("activation", f"{user.pk}:{''.join(c for c in typed if c.isalnum())}", algorithm="sha256").hexdigest()
