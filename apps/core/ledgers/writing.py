"""Rows that were checked are written, and taken back, in sets: the same statements for one row as for five thousand."""

from collections.abc import Sequence
from typing import Any

from apps.core import bulk
from apps.core.ledgers.enums import Outcome
from apps.core.ledgers.ledger import Ledger, Row


def write(ledger: Ledger, rows: Sequence[Row], *, by: Any) -> None:
    """Write what is new and what is changed; each new row's `target` is its key."""
    reserve(ledger, rows)
    new = [row for row in rows if row.outcome == Outcome.NEW]
    changed = [row for row in rows if row.outcome == Outcome.CHANGED]
    ledger.write(new, changed, by)
    ledger.settle([*new, *changed], by)


def reserve(ledger: Ledger, rows: Sequence[Row]) -> None:
    """Give each new row the key that it will have, so that whoever keeps it can name it before it is written."""
    new = [row for row in rows if row.outcome == Outcome.NEW and row.target is None]
    parts = ledger.parts()
    if new and parts:
        for row, key in zip(new, bulk.next_keys(parts[0].model, len(new)), strict=True):
            row.target = key
