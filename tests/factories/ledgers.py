"""Rows of a ledger as a file would bring them, without the file."""

from collections.abc import Iterable
from typing import Any

from apps.core.ledgers import registry, writing
from apps.core.ledgers.checking import Check
from apps.core.ledgers.ledger import Ledger, Row


def ledger(key: str) -> Ledger:
    found = registry.find(key)
    assert found is not None, key
    return found


def lines(ledger: Ledger, rows: Iterable[dict[str, Any]]) -> list[tuple[int, list[Any]]]:
    """Cells by column name, as lines from the second row of a file on."""
    names = [name for name, column in ledger.fields.items() if not column.derived]
    return [(number, [row.get(name) for name in names]) for number, row in enumerate(rows, start=2)]


def check(key: str, rows: Iterable[dict[str, Any]], *, by: Any, present: Iterable[str] | None = None) -> list[Row]:
    """Judge the rows; where nothing else is said the file has every column that a row names."""
    declared, rows = ledger(key), list(rows)
    named = {name for row in rows for name in row} if present is None else present
    return [row for batch in Check(declared, by=by, present=named).batches(lines(declared, rows)) for row in batch]


def bring(key: str, rows: Iterable[dict[str, Any]], *, by: Any) -> list[Row]:
    """Judge the rows and write them; every one must be sound."""
    checked = check(key, rows, by=by)
    assert [row.faults for row in checked if row.faults] == []
    writing.write(ledger(key), checked, by=by)
    return checked


def taken_out(key: str, *, by: Any) -> list[dict[str, Any]]:
    """The rows as the ledger hands them out."""
    declared = ledger(key)
    return [dict(zip(declared.names, cells, strict=True)) for cells in declared.sheet_rows(declared.listed(by))]
