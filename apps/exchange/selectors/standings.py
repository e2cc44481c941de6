"""Where a file stands, in the words of the list and of the page; and what its user may take up."""

from dataclasses import dataclass
from typing import Any

from apps.core.ledgers import registry
from apps.core.ledgers.ledger import Ledger
from apps.exchange.enums import State
from apps.exchange.models import Upload
from apps.organizations.grants import grants_of

TONES = {
    State.READING: "info",
    State.CHECKED: "warning",
    State.APPLIED: "success",
    State.UNDONE: "muted",
    State.REFUSED: "danger",
    State.DROPPED: "muted",
}


@dataclass(frozen=True)
class Offer:
    """A ledger, and what this user may do with it."""

    ledger: type[Ledger]
    may_bring: bool
    may_take: bool


def offers(user: Any) -> list[Offer]:
    """The ledgers that a user may bring in or take out."""
    held = grants_of(user)
    found = [Offer(ledger, ledger.imports and ledger.permission in held, ledger.reading in held) for ledger in registry.declared()]
    return [offer for offer in found if offer.may_bring or offer.may_take]


def brought_by(user: Any) -> list[type[Ledger]]:
    """The ledgers that a user may bring in."""
    return [offer.ledger for offer in offers(user) if offer.may_bring]


def is_stuck(upload: Upload) -> bool:
    """Was its check called off, or not finished?"""
    return upload.state == State.READING and not is_worked_at(upload)


def is_worked_at(upload: Upload) -> bool:
    return upload.job is not None and upload.job.is_open


def standing(upload: Upload) -> tuple[str, str]:
    """The tone of its tag, and the words. `upload.job` is there."""
    if is_worked_at(upload) and upload.state != State.READING:
        return "info", "正在撤回" if upload.state == State.APPLIED else "正在导入"
    if is_stuck(upload):
        return "danger", "没有检查完"
    if upload.state == State.CHECKED and upload.wrong:
        return "danger", "有误待改"
    return TONES[State(upload.state)], upload.get_state_display()
