"""What a ledger's columns are on a sheet, whichever file it is in: head, width, style, and what may be typed into them."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from apps.core.ledgers.cells import Cell, Number
from apps.core.ledgers.ledger import Column
from apps.core.ledgers.sheets.pages import LAST, Page, add

INLINE = 255  # characters of a list that a validation holds itself
MESSAGE = 255
CHOICES = "选项"  # the hidden sheet of longer lists
DAYS = date(1900, 1, 1), date(2099, 12, 31)
LARGEST = 2_147_483_647
LINE = {"border": 1, "border_color": "#C9C5BE", "valign": "vcenter", "text_wrap": True}
REQUIRED = {"bold": True, "bg_color": "#B3202A", "font_color": "#FFFFFF", **LINE}
OPTIONAL = {"bold": True, "bg_color": "#FCF1F0", **LINE}
DERIVED = {"bold": True, "bg_color": "#ECEBE9", "font_color": "#5F5B55", **LINE}
GREY = {"font_color": "#5F5B55", "bg_color": "#F6F5F4"}


def dress(book: Workbook, page: Page, columns: Sequence[Column], *, head: int = 0, **facts: Any) -> None:
    """Heads, widths, and what a cell looks like that somebody fills in later; `facts` of those cells."""
    styles = {name: book.add_format(look) for name, look in (("required", REQUIRED), ("optional", OPTIONAL), ("derived", DERIVED))}
    below = {kind: book.add_format({**shape(kind), **facts}) for kind in ("text", "number", "day", "choice")}
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width, below[column.cell.kind])
        look = "derived" if column.derived else "required" if column.required else "optional"
        page.write_string(head, place, column.heading, styles[look])
    page.freeze_panes(head + 1, 0)


def shape(kind: str) -> dict[str, str]:
    return {"text": {"num_format": "@"}, "choice": {"num_format": "@"}, "day": {"num_format": "yyyy-mm-dd"}}.get(kind, {})


class Lists:
    """Lists to choose from. What is too long for a validation itself stands on a hidden sheet, a column for each."""

    def __init__(self) -> None:
        self.long: list[Sequence[str]] = []

    def source(self, names: Sequence[str]) -> list[str] | str:
        if len(",".join(names)) <= INLINE and not any("," in name for name in names):
            return list(names)
        if names not in self.long:
            self.long.append(names)
        column = xl_col_to_name(self.long.index(names))
        return f"={CHOICES}!${column}$1:${column}${len(names)}"

    def write(self, book: Workbook) -> None:
        if not self.long:
            return
        page = add(book, CHOICES)
        for row, names in enumerate(zip_longest(*self.long)):
            for place, name in enumerate(names):
                if name is not None:
                    page.write_string(row, place, name)
        page.hide()


def guide(page: Page, columns: Sequence[Column], lists: Lists, *, head: int = 0, offered: Mapping[str, Sequence[str]] = {}) -> None:
    """What the spreadsheet itself says to a cell that cannot be taken. Of the names that are `offered` for a column another one may be
    typed: the portal knows more spellings than the list.
    """
    for place, column in enumerate(columns):
        names = offered.get(column.heading)
        if column.derived or (not names and column.cell.kind == "text"):
            continue
        if names:
            rule = {"validate": "list", "source": lists.source(names), "error_type": "warning"}
            said = "列表中没有这个名称，确认要这样填吗？"
        else:
            rule, said = _rule(column.cell, lists), f"请{column.cell.hint}。"
        page.data_validation(head + 1, place, LAST, place, {"error_title": "请核对", "error_message": said[:MESSAGE], **rule})


def _rule(cell: Cell, lists: Lists) -> dict[str, Any]:
    if cell.kind == "choice":
        return {"validate": "list", "source": lists.source(tuple(cell.labels.values()))}
    if cell.kind == "day":
        return {"validate": "date", "criteria": "between", "minimum": DAYS[0], "maximum": DAYS[1]}
    if isinstance(cell, Number):
        return {"validate": "decimal", "criteria": "between", "minimum": -LARGEST, "maximum": LARGEST}
    return {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": LARGEST}
