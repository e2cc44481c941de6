"""Tables that leave the portal, as csv or as a workbook. No cell is ever taken for a formula, whatever somebody typed into the portal."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import IO, Any

import xlsxwriter

from apps.core.errors import DomainError

BOM = "\ufeff"  # without it Excel reads UTF-8 as GBK
MAX_ROWS = 20_000  # of a workbook, which is made while somebody waits; a csv has no end
FORMATS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet compute a text


def safe(value: Any) -> Any:
    """A text that a spreadsheet would compute gets an apostrophe in front; so does one that only pretends to begin with a space."""
    if isinstance(value, str) and (value.startswith(_STARTS) or value.lstrip().startswith(_STARTS)):
        return f"'{value}"
    return value


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


def workbook(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]], *, most: int = MAX_ROWS) -> IO[bytes]:
    """Sheets of (title, heads, rows), written row by row. Raises DomainError when a sheet is longer than `most`."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, wrapped = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    for title, head, rows in sheets:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head) - 1, 18)
        sheet.write_row(0, 0, head, bold)
        for number, row in enumerate(rows, start=1):
            if number > most:
                book.close()
                raise DomainError(f"超过 {most} 条，表格装不下。请缩短时间或增加条件，或者导出 csv。")
            for column, value in enumerate(row):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(number, column, value, wrapped)
                else:
                    sheet.write_string(number, column, str(safe(value))[:32_000], wrapped)
    book.close()
    file.seek(0)
    return file
