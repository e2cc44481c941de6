"""Good files of each format, written on the fly."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from apps.core.ledgers.reading import Head, Table, read

NAME, TOWN, YEAR, FOUNDED = Head("学校名称", ("校名", "学校"), required=True), Head("镇街"), Head("年份", required=True), Head("成立日期")
HEADS = (NAME, TOWN, YEAR, FOUNDED)
TITLES = ["学校名称", "镇街", "年份", "成立日期"]


def xlsx(path: Path, rows: Sequence[Sequence[Any]], *, sheet: str = "台账") -> Path:
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return path


def rows_of(path: Path, heads: Sequence[Head] = HEADS) -> list[tuple[int, list[Any]]]:
    with read(path, name=path.name, heads=heads) as table:
        return list(table.rows)


def opened(path: Path, heads: Sequence[Head] = HEADS) -> tuple[Table, list[tuple[int, list[Any]]]]:
    """The table and its rows, once all of it was read."""
    with read(path, name=path.name, heads=heads) as table:
        rows = list(table.rows)
    return table, rows
