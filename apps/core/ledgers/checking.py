"""What the rows of a file would do: read cell by cell, found among what is stored, and judged. Batch by batch, as many statements for each
batch as for one row; nothing is written.
"""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import Any

from apps.core.ledgers.enums import WRITTEN, Outcome
from apps.core.ledgers.ledger import MISSING, Column, Errand, Ledger, Row, obeys
from apps.core.ledgers.reading import Fault

BATCH = 5000  # rows
REMEMBERED = 50_000  # texts of one column
HASHED = frozenset({str, int, date})  # what is understood once for all rows; 1, 1.0 and True are one key, so no other numbers

Line = tuple[int, Sequence[Any]]


@contextmanager
def without_pauses() -> Iterator[None]:
    """Rows make no cycles, and the collector would go through all of them again and again: a quarter of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class Check:
    """One file against one ledger; its lines have a cell for each column that is not derived, in their order.

    Without `rules` rows are only compared, as an undo does: what it puts back was right when it was written.
    """

    def __init__(self, ledger: Ledger, *, by: Any, present: Iterable[str], rules: bool = True) -> None:
        self.ledger, self.has_rules = ledger, rules
        self.errand = Errand(by, frozenset(present) & {name for name, column in ledger.fields.items() if not column.derived})
        self.places = [(name, ledger.fields[name], name in self.errand.present) for name in ledger.names]
        self.seen: dict[Any, int] = {}
        self.known: dict[str, dict[Any, tuple[Any, str]]] = {name: {} for name in ledger.names}
        self.obeyed: dict[str, dict[Any, str]] = {name: {} for name in ledger.names}

    def batches(self, lines: Iterable[Line]) -> Iterator[list[Row]]:
        """The rows, judged, a batch at a time."""
        rest = iter(lines)
        while batch := self.rows(islice(rest, BATCH)):
            self.judge(batch)
            yield batch

    def rows(self, lines: Iterable[Line]) -> list[Row]:
        """The lines as rows that are read, and not judged yet; column by column, for most texts stand in many rows."""
        rows = [Row(number, list(cells)) for number, cells in lines]
        cells = iter(zip(*(row.cells for row in rows), strict=True))
        columns: list[Sequence[Any]] = []
        for name, column, is_present in self.places:
            here = None if column.derived else next(cells, None)
            if is_present and here is not None:
                columns.append(self._read(name, column, here, rows))
            else:
                columns.append([column.cell.empty if column.key and not column.derived else MISSING] * len(rows))
        for row, values in zip(rows, zip(*columns, strict=True), strict=True):
            row.values = list(values)
        return rows

    def _read(self, name: str, column: Column, cells: Sequence[Any], rows: Sequence[Row]) -> list[Any]:
        known = self.known[name]
        if len(known) > REMEMBERED:
            known.clear()
        values = []
        for index, cell in enumerate(cells):
            if cell.__class__ in HASHED:
                value, sentence = known.get(cell) or known.setdefault(cell, _meaning(column, cell))
            else:
                value, sentence = _meaning(column, cell)
            values.append(value)
            if sentence:
                rows[index].faults[name] = sentence
        return values

    def judge(self, rows: list[Row]) -> None:
        ledger, errand = self.ledger, self.errand
        ledger.place(rows, errand)
        self._refuse_doubles(rows)
        ledger.match([row for row in rows if not row.faults], errand)
        for row in rows:
            self._compare(row)
        written = [row for row in rows if row.outcome in WRITTEN]
        if self.has_rules:
            self._rules(written)
            ledger.inspect([row for row in written if not row.faults], errand)
        else:
            ledger.revert(written, errand)
        for row in written:
            if row.faults:
                row.outcome = Outcome.WRONG

    def _refuse_doubles(self, rows: Iterable[Row]) -> None:
        seen, identity = self.seen, self.ledger.identity
        for row in rows:
            if row.faults:
                continue
            number = seen.setdefault(identity(row), row.number)
            if number != row.number:
                row.faults[""] = f"与第 {number} 行重复，请只保留一行。"

    def _compare(self, row: Row) -> None:
        if row.faults:
            return
        before = row.before
        for index, value in enumerate(row.values):
            if value is MISSING:
                row.values[index] = before[index] if before is not None else self.places[index][1].cell.empty
        if before is None:
            row.outcome = Outcome.NEW
        else:
            row.outcome = Outcome.UNCHANGED if row.values == before else Outcome.CHANGED

    def _rules(self, rows: Iterable[Row]) -> None:
        """Required cells, and the validators of each column: of a row that is new all, of a changed one those of its new values."""
        for index, (name, column, _) in enumerate(self.places):
            if column.derived or not (column.required or column.rules):
                continue
            obeyed, rules, empty = self.obeyed[name], column.rules, column.cell.empty
            for row in rows:
                value = row.values[index]
                if row.before is not None and row.before[index] == value:
                    continue
                if value in (empty, None):
                    if column.required:
                        row.fault(name, f"请填写{column.heading}。")
                    continue
                if value not in obeyed:
                    if len(obeyed) > REMEMBERED:
                        obeyed.clear()
                    obeyed[value] = next(filter(None, (obeys(rule, value) for rule in rules)), "")
                if obeyed[value]:
                    row.fault(name, obeyed[value])


def _meaning(column: Column, cell: Any) -> tuple[Any, str]:
    """What a cell means, and what is said where it means nothing."""
    if isinstance(cell, Fault):
        return column.cell.empty, cell.sentence
    if cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()):
        return column.cell.empty, ""
    try:
        return column.cell.clean(cell), ""
    except ValueError as error:
        return column.cell.empty, str(error)
