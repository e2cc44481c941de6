"""What a file would do, or has done, row by row: a page of it, as it is drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.core.ledgers.cells import plain
from apps.core.ledgers.enums import Outcome
from apps.core.ledgers.ledger import Column
from apps.exchange.models import Line, Upload

HINTS = 5  # that are named where a file is confirmed
EMPTY = "（空）"
HINTED, ALL = "hinted", "all"  # what rows can be narrowed to, besides their outcome


@dataclass(frozen=True)
class Shown:
    """A cell: what it holds, what it held before where that changes, what is wrong with it."""

    heading: str
    value: str
    is_key: bool  # it says which row is meant
    before: str = ""
    fault: str = ""

    @property
    def state(self) -> str:
        if self.fault:
            return "wrong"
        return "changed" if self.before else "key" if self.is_key else "plain"


@dataclass(frozen=True)
class ShownLine:
    """A row under its number in the file."""

    number: int
    outcome: Outcome
    cells: Sequence[Shown]
    faults: Sequence[str]  # of the row as a whole
    hints: Sequence[str]


@dataclass(frozen=True)
class Preview:
    """A page of rows; every line has a cell for each heading."""

    headings: Sequence[str]
    lines: Sequence[ShownLine]


def preview(upload: Upload, lines: Sequence[Line]) -> Preview:
    """These lines with the columns that the file has, or in which something is said."""
    ledger = upload.declared
    readable = [(name, column) for name, column in ledger.fields.items() if not column.derived]
    said = set(upload.present).union(*(line.faults for line in lines), *(line.before or () for line in lines))
    places = [(place, name, column) for place, (name, column) in enumerate(readable) if name in said]
    shown = {name for _, name, _ in places}
    return Preview(
        [column.heading for _, _, column in places],
        [
            ShownLine(
                line.number,
                Outcome(line.outcome),
                [_cell(line, name, column, line.cells[place]) for place, name, column in places],
                [sentence for name, sentence in line.faults.items() if name not in shown],
                line.hints,
            )
            for line in lines
        ],
    )


def _cell(line: Line, name: str, column: Column, typed: Any) -> Shown:
    if fault := line.faults.get(name):
        return Shown(column.heading, plain(typed) or EMPTY, column.key, fault=fault)
    before = line.before or {}
    if name in before:
        return Shown(column.heading, _understood(column, typed) or EMPTY, column.key, before=plain(before[name]) or EMPTY)
    return Shown(column.heading, "" if typed in (None, "") else _understood(column, typed), column.key)


def _understood(column: Column, typed: Any) -> str:
    """A cell as the portal reads it: 2012-04-10 for 2012年4月10日."""
    try:
        value = column.cell.empty if typed in (None, "") else column.cell.clean(typed)
    except ValueError:
        return plain(typed)
    return plain(column.cell.render(value))


@dataclass(frozen=True)
class Effects:
    """What writing a file sets off besides: how many rows, and the first of them."""

    count: int
    first: Sequence[tuple[int, str]]


def effects(upload: Upload) -> Effects:
    lines: Any = upload.lines
    found = lines.hinted()
    first = [(number, "".join(hints)) for number, hints in found.order_by("number").values_list("number", "hints")[:HINTS]]
    return Effects(len(first) if len(first) < HINTS else found.count(), first)


def reasons(upload: Upload) -> list[tuple[str, str, int]]:
    """Where the wrong rows are wrong: column, heading, how many rows; most first."""
    if not upload.wrong:
        return []
    sql = """
        SELECT name, count(*) FROM exchange_line, jsonb_object_keys(faults) AS name
        WHERE upload_id = %s AND outcome = %s GROUP BY name ORDER BY 2 DESC, 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [upload.pk, Outcome.WRONG])
        rows = cursor.fetchall()
    fields = upload.declared.fields
    return [(name, fields[name].heading if name in fields else "整行", count) for name, count in rows]


def counts(upload: Upload, hinted: int) -> Iterable[tuple[str, str, int]]:
    """What the rows can be narrowed to: key, label, how many."""
    for outcome in (Outcome.WRONG, Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED):
        yield outcome.value, str(outcome.label), getattr(upload, outcome.value)
    if hinted:
        yield HINTED, "需留意", hinted
    yield ALL, "全部", upload.total


def first_shown(upload: Upload) -> str:
    """What a page begins with: what is wrong, else what would overwrite something, else what is new."""
    order = (Outcome.WRONG, Outcome.CHANGED, Outcome.NEW, Outcome.UNCHANGED)
    return next((outcome.value for outcome in order if getattr(upload, outcome.value)), ALL)
