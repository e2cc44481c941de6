"""The second factor: a code app (TOTP), and recovery codes for the day the phone is gone.

`User.second_factor_at` says that there is one; a session in which a code was given carries the same moment (`NOTED`), so that a second
factor that was set up anew is asked for anew everywhere.
"""

import secrets
import unicodedata
from base64 import b32encode
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from apps.accounts.models import User
from apps.accounts.services import sessions
from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import DomainError

NOTED = "second_factor"  # the session's key
PROVIDER = "provider"  # its value where the identity provider has asked for one
RECOVERY_CODES = 10
RECOVERY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
FAILURES, LOCKED_FOR = 5, timedelta(minutes=30)
WRONG = "验证码不正确或已用过，请输入最新的验证码。连续 5 次不正确，将锁定 30 分钟。"
LOCKED = "验证码连续 5 次不正确，请 30 分钟后再试。"


class Locked(DomainError):
    """Too many wrong codes."""


@transaction.atomic
def set_up(*, user: User, key: str, code: str, session_key: str | None) -> list[str]:
    """Take a code app into use once it shows the right code; returns the recovery codes, which are not shown again.

    Every other sign-in ends: each has to give a code from now on.
    """
    User.objects.select_for_update().get(pk=user.pk)
    device = TOTPDevice(user=user, key=key, name="验证器", confirmed=True)
    if not device.verify_token(_plain(code)):
        raise DomainError("验证码不正确。请核对手机时间是否准确，再输入验证器上最新的 6 位数字。", field="code")
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    user.second_factor_at = timezone.now()
    user.save(update_fields=["second_factor_at"])
    codes = _new_recovery_codes(user)
    sessions.end_all(user=user, except_key=session_key)
    _record(user, "启用第二重验证")
    return codes


@transaction.atomic
def renew_recovery_codes(*, user: User) -> list[str]:
    """Ten new ones; the old are void."""
    codes = _new_recovery_codes(user)
    _record(user, "重新生成恢复码")
    return codes


def verify(*, user: User, code: str) -> int | None:
    """Accept the code that the app shows, or a recovery code, once each; otherwise a DomainError says why.

    Returns how many recovery codes are left when one was used. A wrong code is counted: its transaction ends before the exception.
    """
    with transaction.atomic():
        device, token = _device(user, _plain(code))
        refusal = _refusal(user, device, token)
        left = recovery_codes_left(user) if isinstance(device, StaticDevice) else None
        if not refusal:
            about = "第二重验证" if left is None else f"用恢复码验证，还剩 {left} 个"
            audit.record(Verb.SIGN_IN, about, details={"username": user.username})
    if refusal:
        raise refusal
    return left


@transaction.atomic
def reset(*, user: User, by: User) -> None:
    """Take away a lost second factor; whose role asks for one sets it up anew at the next sign-in. Every sign-in ends."""
    _remove(user)
    sessions.end_all(user=user)
    _record(user, f"重置{user}的第二重验证")


@transaction.atomic
def remove(*, user: User) -> None:
    """Its owner does without it from now on."""
    _remove(user)
    _record(user, "停用第二重验证")


def recovery_codes_left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def is_given(user: User, session: Any) -> bool:
    """Was a code given in this session, since the second factor was set up? Or did a provider that we trust with it ask for one?"""
    since = user.second_factor_at.isoformat() if user.second_factor_at else None
    return session.get(NOTED) is not None and session.get(NOTED) in (since, PROVIDER)


def note(user: User, session: Any) -> None:
    """A code was given in this session."""
    if user.second_factor_at:
        session[NOTED] = user.second_factor_at.isoformat()


def new_key() -> str:
    return secrets.token_hex(20)


def as_text(key: str) -> str:
    """The secret as a person types it into an app: base 32 in groups of four."""
    text = b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _refusal(user: User, device: Any, token: str) -> DomainError | None:
    if device is None:
        return DomainError(WRONG, field="code")
    if device.throttling_failure_count >= FAILURES:
        if device.throttling_failure_timestamp + LOCKED_FOR > timezone.now():
            return Locked(LOCKED, field="code")
        device.throttle_reset()
    if device.verify_token(token):
        return None
    locked = device.throttling_failure_count >= FAILURES
    audit.record(Verb.LOCKED_OUT if locked else Verb.SIGN_IN_FAILED, "第二重验证", details={"username": user.username})
    return Locked(LOCKED, field="code") if locked else DomainError(WRONG, field="code")


def _device(user: User, code: str) -> tuple[Any, str]:
    """What the code is held to, locked against a second request with the same code: six digits to the app, else to the recovery codes."""
    if len(code) == 6 and code.isascii() and code.isdigit():
        return TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first(), code
    return StaticDevice.objects.select_for_update().filter(user=user, confirmed=True).first(), _digest(code)


def _plain(code: str) -> str:
    """The code as it was meant: spaces, hyphens, capitals and full-width characters make no difference."""
    return "".join(character for character in unicodedata.normalize("NFKC", code).lower() if character.isalnum())


def _new_recovery_codes(user: User) -> list[str]:
    """Only digests are kept, as long as the column allows (64 bits)."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="恢复码", confirmed=True)
    codes = ["".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digest(code: str) -> str:
    return salted_hmac("recovery", code, algorithm="sha256").hexdigest()[:16]


def _remove(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    user.second_factor_at = None
    user.save(update_fields=["second_factor_at"])


def _record(user: User, about: str) -> None:
    audit.record(Verb.SECOND_FACTOR, about, details={"user": user.pk, "username": user.username})
