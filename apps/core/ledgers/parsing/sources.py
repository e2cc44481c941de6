"""A sheet or a csv as rows below its headings, whichever the format."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from apps.core.ledgers.parsing import cells
from apps.core.ledgers.parsing.headings import Found, Wanted
from apps.core.ledgers.parsing.limits import Refused

TOTAL = re.compile(r"\s*(合\s*计|总\s*计|小\s*计)\s*[:：]?\s*")
BESIDE = set("合总小填制审负联报日备说附注 \u3000\t\r\n\xa0")  # what such a text begins with
REMARK = re.compile(r"\s*(填表|填报|制表|审核|负责|联系|报送|日期|备注|说明|附注|注\s*[0-9一二三四五六七八九]?)[^:：]{0,8}[:：]")


class Source:
    """What a format gives: `sheet`, `notes`, the columns `found`, and `lines()`; what all formats share is here."""

    sheet: str
    found: Found

    def __init__(self, heads: Sequence[Wanted]) -> None:
        self.heads = heads
        self.notes: list[str] = []
        self.totals = self.remarks = self.repeats = 0

    @property
    def absent(self) -> list[str]:
        return [head["names"][0] for index, head in enumerate(self.heads) if index not in self.found.columns]

    def lines(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Every row below the headings with its number."""
        raise NotImplementedError

    def missing(self, found: Found) -> list[str]:
        return [head["names"][0] for index, head in enumerate(self.heads) if head["required"] and index not in found.columns]

    def settle(self, found: Found | None, where: str) -> None:
        """Hold to these columns, or say what is wrong with them."""
        names = [head["names"][0] for head in self.heads]
        if found is None:
            raise Refused(f"{where}没有找到标题行。应当有这些列：{_listed(names)}。请用本页的模板填写。")
        if missing := self.missing(found):
            have = [text for text in found.texts if text]
            raise Refused(f"{where}缺少这些列：{_listed(missing)}。第 {found.heading} 行现有：{_listed(have)}。请补上标题后重新上传。")
        if found.doubled:
            raise Refused(f"{where}有重复的列：{_listed(found.doubled)}。请只保留一列后重新上传。")
        self.found = found
        self._places = sorted(found.columns.values())
        self._titles = [found.texts[place] for place in self._places]
        self._lead, self._title = self._places[0], self._titles[0]
        self.notes += [f"“{text}”一列按“{names[index]}”读取。" for index, text in sorted(found.renamed.items())]

    def blocks(self, size: int) -> Iterator[tuple[list[int], list[Sequence[Any]]]]:
        """Rows that hold data: no empty ones, no sums, no remarks below the table."""
        lines = self.lines()
        while block := list(islice(lines, size)):
            block = [line for line in block if self._is_data(line[1])]
            if block:
                numbers, rows = zip(*block, strict=True)
                yield list(numbers), list(rows)

    def cleaned(self, numbers: list[int], rows: list[Sequence[Any]]) -> list[tuple[str, Any]]:
        """For each head how its column is sent, and its cells."""
        by_column = list(zip(*rows, strict=True))
        columns: list[tuple[str, Any]] = []
        for index in range(len(self.heads)):
            place = self.found.columns.get(index, len(by_column))
            is_there = place < len(by_column)
            columns.append(self.column(place, numbers, by_column[place]) if is_there else ("plain", [None] * len(numbers)))
        return columns

    def column(self, place: int, numbers: list[int], values: Sequence[Any]) -> tuple[str, Any]:
        return cells.column(values)

    def closing_notes(self) -> list[str]:
        """What is known only at the end."""
        notes = []
        if self.totals:
            notes.append(f"跳过了 {self.totals} 行合计。")
        if self.repeats:
            notes.append(f"跳过了 {self.repeats} 行重复的标题。")
        if self.remarks:
            notes.append(f"跳过了 {self.remarks} 行填表说明。")
        return notes

    def _is_data(self, row: Sequence[Any]) -> bool:
        """Does the row hold something in a column that was asked for, and is it neither a sum nor a remark nor the headings once more?"""
        first, lead = row[0], row[self._lead]
        if _blank(first):
            first = next((value for value in row if not _blank(value)), None)
        if lead == self._title and [str(row[place]).strip() for place in self._places] == self._titles:
            self.repeats += 1
            return False
        for text in (first, lead):
            if type(text) is str and text[:1] in BESIDE:
                if TOTAL.fullmatch(text):
                    self.totals += 1
                    return False
                if REMARK.match(text):
                    self.remarks += 1
                    return False
        return not _blank(lead) or not all(_blank(row[place]) for place in self._places)


def _blank(value: Any) -> bool:
    return value == "" or value is None or (type(value) is str and value.isspace())


def _listed(names: Sequence[str]) -> str:
    shown = "".join(f"“{name[:30]}”" for name in names[:20])
    return f"{shown}等 {len(names)} 列" if len(names) > 20 else shown
