"""What leaves the portal as a workbook: the list of people, and the codes of accounts just opened.

Written in memory, for neither telephone numbers nor codes belong in a temporary file. Every cell is text and stays text when it is edited:
nothing that somebody was called starts a formula or opens a link.
"""

from collections.abc import Iterable
from io import BytesIO

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from xlsxwriter import Workbook

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def response(*, title: str, heads: Iterable[str], rows: Iterable[Iterable[str]], widths: Iterable[int], filename: str) -> HttpResponse:
    """One sheet with a heading, frozen heads and a filter, for downloading."""
    answer = HttpResponse(write(title=title, heads=list(heads), rows=rows, widths=widths), content_type=TYPE)
    answer.headers["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    return answer


def write(*, title: str, heads: list[str], rows: Iterable[Iterable[str]], widths: Iterable[int]) -> bytes:
    file = BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    bold = book.add_format({"bold": True, "bg_color": "#FCF1F0", "border": 1, "border_color": "#C9C5BE"})
    text, quoted = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "quote_prefix": True})
    sheet = book.add_worksheet(title)
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, bold)
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            sheet.write_string(last, column, value, quoted if value.startswith(STARTS_FORMULA) else text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(heads) - 1)
    book.close()
    return file.getvalue()
