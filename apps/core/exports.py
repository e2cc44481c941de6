"""Tables that leave the portal, as csv or as a workbook. No cell is ever taken for a formula, whatever somebody typed into the portal."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import zip_longest
from typing import IO, Any

import xlsxwriter

from apps.core.errors import DomainError

BOM = "\ufeff"  # without it Excel reads UTF-8 as GBK
WIDTH, MAX_TEXT = 18, 32_000  # characters: of a column unless told, and of a cell
NARROWEST, WIDEST = 8, 48  # of a column whose width follows its texts
MAX_ROWS = 20_000  # of a workbook, which is made while somebody waits; a csv has no end
FORMATS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet compute a text


def is_formula(value: Any) -> bool:
    """Would a spreadsheet compute this text, or one that only pretends to begin with a space?"""
    return isinstance(value, str) and (value.startswith(_STARTS) or value.lstrip().startswith(_STARTS))


def safe(value: Any) -> Any:
    """For a csv, which knows no types: an apostrophe goes before what would be computed."""
    return f"'{value}" if is_formula(value) else value


class _Echo:
    """What a csv writer takes for a file: it gives back what is written."""

    def write(self, text: str) -> str:
        return text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The file line by line, so that it may be as long as it likes."""
    writer = csv.writer(_Echo())
    yield (BOM + writer.writerow(head)).encode()
    for row in rows:
        yield writer.writerow([safe(value) for value in row]).encode()


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook; `widths` in characters, where one width does not fit all columns."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()


def widths(*rows: Sequence[Any]) -> list[int]:
    """What fits the texts of some rows, the head among them; a Chinese character is as wide as two others."""
    return [min(max(max(map(_width, texts)) + 2, NARROWEST), WIDEST) for texts in zip_longest(*rows)]


def _width(value: Any) -> int:
    text = "" if value is None else str(value)[:WIDEST]
    return sum(2 if unicodedata.east_asian_width(character) in "FW" else 1 for character in text)


def workbook(sheets: Iterable[Sheet], *, most: int = MAX_ROWS) -> IO[bytes]:
    """A workbook, made in memory: what is personal belongs in no temporary file. Raises DomainError when a sheet is longer than `most`."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    styles = {
        "head": book.add_format({"bold": True, "bg_color": "#FCF1F0", "border": 1, "border_color": "#C9C5BE"}),
        "number": book.add_format({"valign": "top"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"}),
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "quoted": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True}),
    }
    for sheet in sheets:
        _fill(book.add_worksheet(sheet.title), sheet, styles, most)
    book.close()
    file.seek(0)
    return file


def _fill(page: Any, sheet: Sheet, styles: Mapping[str, Any], most: int) -> None:
    """Texts stay texts, also when somebody edits them: Excel's own mark for that is on each that looks like a formula."""
    for column, head in enumerate(sheet.head):
        page.set_column(column, column, sheet.widths[column] if sheet.widths else WIDTH)
        page.write_string(0, column, head, styles["head"])
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        if last > most:
            raise DomainError(f"超过 {most} 条，表格装不下。请缩短时间或增加条件，或者导出 csv。")
        for column, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                page.write_number(last, column, value, styles["number"])
            elif isinstance(value, date):
                page.write_datetime(last, column, value, styles["moment" if isinstance(value, datetime) else "day"])
            else:
                page.write_string(last, column, str(value)[:MAX_TEXT], styles["quoted" if is_formula(value) else "text"])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, last, len(sheet.head) - 1)
