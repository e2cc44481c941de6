"""Sheets that are written row by row straight into their file, so that a ledger may be as long as it likes.

XlsxWriter makes the book, its heads, styles and settings. Its way of a single cell takes four times as long as all the rest together, so
rows are put down here: what a cell says is decided by its type, in one look at most texts.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from apps.core.exports import MAX_TEXT, is_formula

LAST = 1_048_575  # the last row of any sheet, the first being 0
LAST_COLUMN = 16_383
FIRST_DAY = date(1900, 3, 1)  # Excel believes in a 29 February 1900
ZERO = date(1899, 12, 30).toordinal()
FORBIDDEN = re.compile(r"[][:*?/\\]")  # in the name of a sheet
# What needs a second look: marks of XML, what XML cannot hold, what a spreadsheet would compute, spaces at an end.
SPECIAL = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^[\s=+\-@]|\s\Z")
UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class Page(Worksheet):
    """A sheet: heads and settings as XlsxWriter has them, then `begin`, then rows one after the other by `put`."""

    streams = False

    def begin(self, row: int) -> None:
        """What was written so far goes into the file; rows follow, the first of them not before `row`."""
        super()._write_single_row(row)
        self.streams = True

    def put(self, row: int, cells: str) -> None:
        self.row_data_fh.write(f'<row r="{row + 1}">{cells}</row>')

    def end(self, row: int, columns: int) -> None:
        """`row` was the last one. A style that lies on whole columns counts for nothing: the sheet ends where its rows do."""
        self.dim_rowmin, self.dim_rowmax, self.dim_colmin, self.dim_colmax = 0, row, 0, columns - 1

    def _write_single_row(self, current_row_num: int = 0) -> None:
        if not self.streams:
            super()._write_single_row(current_row_num)


@contextmanager
def opened() -> Iterator[tuple[Workbook, IO[bytes]]]:
    """A book and the file that it is written to, which has no name; what is kept on the way goes with the folder it is in."""
    file = TemporaryFile()  # noqa: SIM115  it is handed to whoever asked for it
    with ExitStack() as unless_made, TemporaryDirectory(prefix="sheets-") as folder:
        unless_made.callback(file.close)
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder}
        book = Workbook(file, options)
        try:
            yield book, file
            book.close()
        finally:
            for page in book.worksheets():
                page.row_data_fh.close()
        unless_made.pop_all()
    file.seek(0)


def add(book: Workbook, name: str) -> Page:
    return book.add_worksheet(FORBIDDEN.sub(" ", name)[:31], worksheet_class=Page)


@dataclass(frozen=True)
class Looks:
    """One look of cells, in the style that each kind of value needs: numbers of XlsxWriter's styles."""

    text: int
    quoted: int  # looks like a formula; carries Excel's own mark that it is none
    number: int
    day: int
    moment: int


def looks(book: Workbook, **facts: Any) -> Looks:
    made: dict[str, dict[str, Any]] = {
        "text": {"num_format": "@"},
        "quoted": {"num_format": "@", "quote_prefix": True},
        "number": {},
        "day": {"num_format": "yyyy-mm-dd"},
        "moment": {"num_format": "yyyy-mm-dd hh:mm"},
    }
    return Looks(**{name: book.add_format({**own, **facts})._get_xf_index() for name, own in made.items()})


def drawer(column: int, looks: Looks) -> Callable[[Any, int], str]:
    """What puts down a value of a column in the row of that number, as it counts in the file: from 1 on."""
    begin = f'<c r="{xl_col_to_name(column)}'
    text = f'" s="{looks.text}" t="inlineStr"><is><t>'
    special = SPECIAL.search

    def draw(value: Any, number: int) -> str:
        kind = type(value)
        if kind is str:
            if special(value) or len(value) > MAX_TEXT:
                return f"{begin}{number}{_careful(value[:MAX_TEXT], looks)}"
            return f"{begin}{number}{text}{value}</t></is></c>"
        if kind is int or kind is float:
            return f'{begin}{number}" s="{looks.number}"><v>{value}</v></c>'
        if kind is date and value >= FIRST_DAY:
            return f'{begin}{number}" s="{looks.day}"><v>{value.toordinal() - ZERO}</v></c>'
        return f"{begin}{number}{_rare(value, looks)}"

    return draw


def line(draws: Iterable[Callable[[Any, int], str]], values: Iterable[Any], row: int) -> str:
    """The cells of a row; an empty one is not written."""
    number = row + 1
    return "".join([draw(value, number) for draw, value in zip(draws, values, strict=True) if value is not None])


def _careful(value: str, looks: Looks) -> str:
    said = UNSPEAKABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    said = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'" s="{looks.quoted if is_formula(value) else looks.text}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _rare(value: Any, looks: Looks) -> str:
    if isinstance(value, bool):
        return f'" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, Decimal) and value.is_finite():
        return f'" s="{looks.number}"><v>{value}</v></c>'
    if isinstance(value, datetime) and value.date() >= FIRST_DAY:
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return f'" s="{looks.moment if seconds else looks.day}"><v>{value.toordinal() - ZERO + seconds / 86400}</v></c>'
    return _careful(str(value)[:MAX_TEXT], looks)
