"""What the database lets an undo take away: rows made by an import that still stands. Nothing else of a register is ever deleted."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import connections

from apps.core import security
from apps.core.ledgers import registry
from apps.core.ledgers.enums import Outcome
from apps.exchange.enums import State

_MADE = """
EXISTS (
    SELECT FROM exchange_line l JOIN exchange_upload u ON u.id = l.upload_id
    WHERE l.target = "{table}"."{column}" AND l.outcome = '{new}' AND u.state = '{applied}' AND u.ledger IN ({ledgers})
)
"""


def install(using: str) -> None:
    """Bring the policies in line with the ledgers. Runs as the owner after every migration; idempotent."""
    statements = [line for table, condition in retractions() for line in security.retraction(table, condition, using)]
    with connections[using].cursor() as cursor:
        cursor.execute("\n".join(statements))


def retractions() -> Iterator[tuple[str, str]]:
    """Each table that a ledger writes to, and the condition on which a row of it may go."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for ledger in registry.declared():
        for model, target in ledger.tables():
            field: Any = model._meta.get_field(target)
            found[model._meta.db_table, field.column].append(f"'{ledger.key}'")
    for (table, column), ledgers in found.items():
        facts = {"table": table, "column": column, "new": Outcome.NEW.value, "applied": State.APPLIED.value}
        yield table, _MADE.format(ledgers=", ".join(ledgers), **facts)
