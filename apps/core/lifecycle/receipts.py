"""Receipts: every submission and every decision has a code that anybody may check, and none may guess.

The code is derived, not stored: it seals which step of which table it is with a key that only the server has, so there is nothing to look
up for a wrong one. Codes are 20 characters of Crockford's alphabet, which leaves out the letters that look like figures.
"""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import formats, timezone
from django.utils.safestring import SafeString, mark_safe

from apps.core import documents
from apps.core.lifecycle.enums import Verb
from apps.core.lifecycle.models import Step

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("OILU", "011V")
LENGTH, GROUP, KEY_BITS, SEAL_BITS = 20, 4, 36, 64
LONGEST = 60  # characters of what somebody types
NONE = "0" * LENGTH


@dataclass(frozen=True)
class Standing:
    """What a receipt proves today: no person's name, none of the content."""

    kind: str
    unit: str
    act: str
    for_whom: str
    at: datetime
    state: str
    changed_at: datetime | None  # None: it says what it said then


def code_of(step: Step) -> str:
    """The step's code, in groups of four."""
    seal = _seal(type(step)._meta.label_lower, step.pk)
    number = (step.pk ^ _mask(seal)) << SEAL_BITS | seal
    text = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
    return "-".join(text[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def read(typed: str) -> str:
    """What somebody typed as the characters of a code: spaces, dashes, small and wide letters and look-alikes are forgiven."""
    plain = unicodedata.normalize("NFKC", typed[:LONGEST]).upper()
    return re.sub(r"[^0-9A-Z]", "", plain).translate(LOOK_ALIKES)


def find(code: str) -> Any:
    """The step of an authentic code, else None. Whatever a wrong one looks like, it takes the same work to say so."""
    text = read(code)
    number = 0
    for character in text if len(text) == LENGTH else NONE:
        number = number << 5 | ALPHABET.index(character)
    seal = number & (1 << SEAL_BITS) - 1
    key = number >> SEAL_BITS ^ _mask(seal)
    found = [model for model in tables() if hmac.compare_digest(_bytes(seal), _bytes(_seal(model._meta.label_lower, key)))]
    rows: Any = found[0]._default_manager if found else None
    return rows.select_related("report").filter(pk=key).first() if rows else None


def tables() -> list[type[Step]]:
    """Every table of steps."""
    return [model for model in apps.get_models() if issubclass(model, Step)]


def standing(step: Any) -> Standing:
    """What is to be said about a step now. The caller's scope shows the report."""
    report = step.report
    return Standing(
        kind=report._meta.verbose_name,
        unit=str(report.organization),
        act=step.verb_label,
        for_whom=step.on_behalf_of,
        at=step.at,
        state=report.state_label,
        changed_at=_changed_at(step),
    )


def digest(content: Any) -> str:
    """The content's SHA-256, whatever order its keys are in."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)
    return hashlib.sha256(plain.encode()).hexdigest()


def has_receipt(step: Step) -> bool:
    return step.verb in (Verb.SUBMIT, Verb.APPROVE)


def pdf(step: Any, *, address: str) -> bytes:
    """The receipt on paper; `address` is where its code is checked. Raises DomainError where the machine sets no type."""
    report = step.report
    context = {
        "step": step,
        "report": report,
        "facts": list(_facts(step)),
        "digest": " ".join(_grouped(digest(step.content), 8)),
        "code": code_of(step),
        "address": address,
        "qr": _qr(address),
    }
    return documents.pdf("core/documents/receipt.html", context)


def _facts(step: Any) -> Iterator[tuple[str, str]]:
    report = step.report
    yield "材料", f"{report}（{report._meta.verbose_name}）"
    yield "单位", str(report.organization)
    yield "办理", f"{step.verb_label}，{step.on_behalf_of or report.organization} {step.by.name}"
    yield "时间", formats.date_format(timezone.localtime(step.at), "Y年n月j日 H:i:s")
    if step.verb == Verb.SUBMIT and report.due_at is not None:
        due = formats.date_format(timezone.localtime(report.due_at), "Y年n月j日")
        yield "期限", f"{due}，{'逾期上报' if report.is_late else '按时上报'}"
    if step.verb == Verb.APPROVE and getattr(report, "number", None) is not None:
        yield "编号", str(report.number)
    yield "附件", f"{len(step.content.get('attachments', ()))} 个"


def _changed_at(step: Any) -> datetime | None:
    """When the report first said something else than at this step; None while it says the same."""
    then = digest(step.content)
    for later in type(step)._default_manager.filter(report=step.report_id, pk__gt=step.pk).order_by("pk"):
        if digest(later.content) != then:
            return later.at
    return None if digest(step.report.content()) == then else step.report.updated_at


def _seal(label: str, key: int) -> int:
    return int.from_bytes(_mac(f"{label}:{key}")[: SEAL_BITS // 8])


def _mask(seal: int) -> int:
    return int.from_bytes(_mac(f"mask:{seal}")[:5]) & (1 << KEY_BITS) - 1


def _mac(message: str) -> bytes:
    """Keyed like the seals of the log: a receipt is good for as long as the log is."""
    return hmac.digest(f"receipts {settings.AUDIT_KEY}".encode(), message.encode(), "sha256")


def _bytes(number: int) -> bytes:
    return number.to_bytes(SEAL_BITS // 8)


def _grouped(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def _qr(address: str) -> SafeString:
    drawn = segno.make(address, error="m").svg_inline(scale=1, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawn)  # noqa: S308  squares, drawn by segno
