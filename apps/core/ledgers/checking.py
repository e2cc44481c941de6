"""What the rows of a file would do: read cell by cell, found among what is stored, and judged. Batch by batch, as many statements for each
batch as for one row; nothing is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from apps.core.ledgers.enums import WRITTEN, Outcome
from apps.core.ledgers.ledger import Column, Errand, Ledger, Row, obeys
from apps.core.ledgers.reading import Fault

BATCH = 5000  # rows
REMEMBERED = 50_000  # texts of one column
MISSING: Any = object()  # the value of a column that the file does not have

Line = tuple[int, Sequence[Any]]


class Check:
    """One file against one ledger. `lines` are row numbers with a cell for each column of `readable`, in that order."""

    def __init__(self, ledger: Ledger, *, by: Any, present: Iterable[str], rules: bool = True) -> None:
        self.ledger, self.has_rules = ledger, rules
        self.errand = Errand(by, frozenset(present) & {name for name, column in ledger.fields.items() if not column.derived})
        self.places = [(name, ledger.fields[name], name in self.errand.present) for name in ledger.names]
        self.seen: dict[Any, int] = {}
        self.known: dict[str, dict[str, tuple[Any, str]]] = {name: {} for name in ledger.names}
        self.obeyed: dict[str, dict[Any, str]] = {name: {} for name in ledger.names}

    def batches(self, lines: Iterable[Line]) -> Iterator[list[Row]]:
        """The rows, judged, a batch at a time."""
        rest = iter(lines)
        while batch := [self.row(number, cells) for number, cells in islice(rest, BATCH)]:
            self.judge(batch)
            yield batch

    def judge(self, rows: list[Row]) -> None:
        ledger, errand = self.ledger, self.errand
        ledger.place(rows, errand)
        self._refuse_doubles(rows)
        ledger.match([row for row in rows if not row.faults], errand)
        for row in rows:
            self._compare(row)
        if not self.has_rules:  # what is put back was right when it was written
            return
        written = [row for row in rows if row.outcome in WRITTEN]
        self._rules(written)
        ledger.inspect([row for row in written if not row.faults], errand)
        for row in written:
            if row.faults:
                row.outcome = Outcome.WRONG

    def row(self, number: int, cells: Sequence[Any]) -> Row:
        row = Row(number, list(cells))
        values, index = row.values, 0
        for name, column, is_present in self.places:
            if not is_present:
                values.append(column.cell.empty if column.key and not column.derived else MISSING)
                if not column.derived:
                    index += 1
                continue
            cell = cells[index]
            index += 1
            if type(cell) is str:
                known = self.known[name]
                if cell not in known:
                    if len(known) > REMEMBERED:
                        known.clear()
                    known[cell] = _read(column, cell)
                value, sentence = known[cell]
            else:
                value, sentence = _read(column, cell)
            values.append(value)
            if sentence:
                row.faults[name] = sentence
        return row

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


def _read(column: Column, cell: Any) -> tuple[Any, str]:
    """What a cell means, and what is said where it means nothing."""
    if isinstance(cell, Fault):
        return column.cell.empty, cell.sentence
    if cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()):
        return column.cell.empty, ""
    try:
        return column.cell.clean(cell), ""
    except ValueError as error:
        return column.cell.empty, str(error)
