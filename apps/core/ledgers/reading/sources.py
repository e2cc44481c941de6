"""A sheet or a csv as rows below its headings, whichever the format."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from apps.core.ledgers.reading import cells, sniffing
from apps.core.ledgers.reading.headings import Found, Wanted
from apps.core.ledgers.reading.limits import Refused

TOTAL = re.compile(r"\s*(合\s*计|总\s*计|小\s*计)\s*[:：]?\s*$")
REMARK = re.compile(r"\s*(填表|填报|制表|审核|负责|联系|报送|日期|备注|说明|附注|注\s*[0-9一二三四五六七八九]?)[^:：]{0,8}[:：]")


def opened(path: Path, heads: Sequence[Wanted]) -> "Source":
    """Raises Refused."""
    kind = sniffing.kind(path)
    if kind == "csv":
        from apps.core.ledgers.reading.texts import Text

        return Text(path, heads)
    from apps.core.ledgers.reading.workbooks import Workbook

    return Workbook(path, kind, heads)


class Source:
    """What a format gives: `sheet`, `notes`, the columns `found`, and `lines()`; what all formats share is here."""

    sheet: str
    found: Found

    def __init__(self, heads: Sequence[Wanted]) -> None:
        self.heads = heads
        self.notes: list[str] = []
        self.totals = self.remarks = 0

    @property
    def absent(self) -> list[str]:
        return [head["names"][0] for index, head in enumerate(self.heads) if index not in self.found.columns]

    def lines(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Every row below the headings with its number."""
        raise NotImplementedError

    def settle(self, found: Found | None, where: str) -> None:
        """Hold to these columns, or say what is wrong with them."""
        names = [head["names"][0] for head in self.heads]
        if found is None:
            raise Refused(f"{where}没有找到标题行。应当有这些列：{_listed(names)}。请用本页的模板填写。")
        missing = [name for index, name in enumerate(names) if self.heads[index]["required"] and index not in found.columns]
        if missing:
            have = [text for text in found.texts if text]
            raise Refused(f"{where}缺少这些列：{_listed(missing)}。第 {found.heading} 行现有：{_listed(have)}。请补上标题后重新上传。")
        if found.doubled:
            raise Refused(f"{where}有重复的列：{_listed(found.doubled)}。请只保留一列后重新上传。")
        self.found = found
        self.notes += [f"“{text}”一列按“{names[index]}”读取。" for index, text in sorted(found.renamed.items())]

    def blocks(self, size: int) -> Iterator[tuple[list[int], list[Sequence[Any]]]]:
        """Rows that hold data: no empty ones, no sums, no remarks below the table."""
        lines = self.lines()
        while block := list(islice(lines, size)):
            numbers, rows = [], []
            for number, row in block:
                first = next((value for value in row if value != "" and value is not None), None)
                if first is None or (type(first) is str and self._is_beside(first, row)):
                    continue
                numbers.append(number)
                rows.append(row)
            if numbers:
                yield numbers, rows

    def cleaned(self, numbers: list[int], rows: list[Sequence[Any]]) -> tuple[list[list[Any]], list[int]]:
        """A column for each head, and which of them hold wrapped cells."""
        by_column = list(zip(*rows, strict=True))
        columns, wrapped = [], []
        for index in range(len(self.heads)):
            place = self.found.columns.get(index)
            if place is None or place >= len(by_column):
                columns.append([None] * len(numbers))
                continue
            values, has_wrapped = self.column(place, numbers, by_column[place])
            columns.append(values)
            if has_wrapped:
                wrapped.append(index)
        return columns, wrapped

    def column(self, place: int, numbers: list[int], values: Sequence[Any]) -> tuple[list[Any], bool]:
        return cells.column(values)

    def closing_notes(self) -> list[str]:
        """What is known only at the end."""
        notes = []
        if self.totals:
            notes.append(f"跳过了 {self.totals} 行合计。")
        if self.remarks:
            notes.append(f"跳过了 {self.remarks} 行填表说明。")
        return notes

    def _is_beside(self, first: str, row: Sequence[Any]) -> bool:
        if first.isspace():
            return all(value is None or (type(value) is str and not value.strip()) for value in row)
        if TOTAL.match(first):
            self.totals += 1
        elif REMARK.match(first):
            self.remarks += 1
        else:
            return False
        return True


def _listed(names: Sequence[str]) -> str:
    shown = "".join(f"“{name[:30]}”" for name in names[:20])
    return f"{shown}等 {len(names)} 列" if len(names) > 20 else shown
