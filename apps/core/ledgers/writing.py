"""Rows that were checked are written, and taken back, in sets: the same statements for one row as for five thousand."""

from collections.abc import Sequence
from typing import Any

from apps.core.ledgers.enums import Outcome
from apps.core.ledgers.ledger import Ledger, Row


def write(ledger: Ledger, rows: Sequence[Row], *, by: Any) -> None:
    """Write what is new and what is changed; each new row's `target` is its key afterwards."""
    new = [row for row in rows if row.outcome == Outcome.NEW]
    changed = [row for row in rows if row.outcome == Outcome.CHANGED]
    ledger.write(new, changed, by)
    ledger.settle([*new, *changed], by)
