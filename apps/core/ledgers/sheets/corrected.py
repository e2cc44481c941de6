"""A file that could not be taken, given back: every row as it was typed, what is wrong in red, and why."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import IO, Any, Protocol

from apps.core.ledgers.ledger import Column, Ledger
from apps.core.ledgers.reading import Fault
from apps.core.ledgers.sheets.columns import OPTIONAL, Lists, dress, guide
from apps.core.ledgers.sheets.pages import add, drawer, line, looks, opened

ISO = re.compile(r"\d{4}-\d\d-\d\d")
HEADING, WIDTH = "错误说明", 60
RED = {"bg_color": "#FBD5D2", "font_color": "#8A1116", "border": 1, "border_color": "#B3202A"}
NOTED = 2000  # cells with a note of their own; a spreadsheet grows slow on them, and the last column says it as well
HIGHEST = 20  # row in which the heads may stand, so that the rows keep their numbers


class Line(Protocol):
    """A row of the file: its number there, a cell for each column that is read, and what is wrong: column (or "") → sentence."""

    number: int
    cells: Sequence[Any]
    faults: dict[str, str]


def corrected(ledger: Ledger, lines: Iterable[Line], *, present: Iterable[str]) -> IO[bytes]:
    """The file's rows in its own order and, as far as there is room for heads above them, under its own row numbers. Columns that it did
    not have stay out, unless one has to be filled in. It may be corrected and sent again.
    """
    had = set(present)
    read = [(name, column) for name, column in ledger.fields.items() if not column.derived]
    kept = [place for place, (name, column) in enumerate(read) if name in had or column.required]
    names, columns = [read[place][0] for place in kept], [read[place][1] for place in kept]
    rest = iter(lines)
    first = next(rest, None)
    head = first.number - 2 if first is not None and 2 <= first.number <= HIGHEST else 0
    with opened() as (book, file):
        page, lists = add(book, ledger.label), Lists()
        dress(book, page, columns, head=head)
        page.set_column(len(columns), len(columns), WIDTH, book.add_format({"text_wrap": True}))
        page.write_string(head, len(columns), HEADING, book.add_format(OPTIONAL))
        guide(page, columns, lists, head=head)
        page.begin(head + 1)
        sound, wrong, said = looks(book), looks(book, **RED), looks(book, text_wrap=True, valign="top")
        good, bad = ([drawer(place, look) for place in range(len(columns))] for look in (sound, wrong))
        tell, last, noted = drawer(len(columns), said), head, 0
        for each in _all(first, rest):
            last = max(each.number - 1, last + 1)
            values = [_typed(each.cells[place], column) for place, column in zip(kept, columns, strict=True)]
            if not each.faults:
                page.put(last, line(good, values, last))
                continue
            draws = [bad[place] if name in each.faults else good[place] for place, name in enumerate(names)]
            shown = ["" if value is None and name in each.faults else value for name, value in zip(names, values, strict=True)]
            page.put(last, line([*draws, tell], [*shown, "\n".join(_sentences(each.faults, ledger.fields))], last))
            for place, name in enumerate(names):
                if name in each.faults and noted < NOTED:
                    page.write_comment(last, place, each.faults[name], {"author": "", "x_scale": 1.6})
                    noted += 1
        page.end(last, len(columns) + 1)
        page.autofilter(head, 0, last, len(columns))
        lists.write(book)
    return file


def _all(first: Line | None, rest: Iterable[Line]) -> Iterable[Line]:
    if first is not None:
        yield first
        yield from rest


def _typed(cell: Any, column: Column) -> Any:
    """A cell as it was typed. A line that was kept as JSON has its days as text."""
    if isinstance(cell, Fault):
        return cell.text
    if isinstance(cell, str) and column.cell.kind == "day" and ISO.fullmatch(cell):
        with suppress(ValueError):
            return date.fromisoformat(cell)
    return cell if isinstance(cell, str | int | float | date) or cell is None else str(cell)


def _sentences(faults: dict[str, str], columns: dict[str, Column]) -> Iterable[str]:
    """What is wrong with the row as a whole first, then cell by cell in the order of the sheet."""
    if "" in faults:
        yield faults[""]
    yield from (f"{column.heading}：{faults[name]}" for name, column in columns.items() if name in faults)
