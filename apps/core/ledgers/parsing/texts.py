"""A csv: its encoding by trying, its delimiter by what finds most headings."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from apps.core.ledgers.parsing import cells, limits
from apps.core.ledgers.parsing.headings import Wanted, find
from apps.core.ledgers.parsing.limits import Refused
from apps.core.ledgers.parsing.sources import Source

DELIMITERS = (",", "\t", ";")
ENCODINGS = ("utf-8-sig", "gb18030")
UNDECODED = "的文字编码无法识别。请用 Excel 另存为“CSV UTF-8”或 xlsx 后重新上传。"


class Text(Source):
    sheet = "csv"

    def __init__(self, path: Path, heads: Sequence[Wanted]) -> None:
        super().__init__(heads)
        self._path, self._encoding = path, _encoding(path)
        found = {delimiter: find(self._first(delimiter), heads) for delimiter in DELIMITERS}
        self._delimiter = max(DELIMITERS, key=lambda each: len(found[each].columns) if found[each] else 0)  # type: ignore[union-attr]
        self.settle(found[self._delimiter], "")

    def lines(self) -> Iterator[tuple[int, Sequence[Any]]]:
        width = max(self.found.columns.values()) + 1
        for number, row in self._rows(self._delimiter):
            if len(row) > limits.MAX_COLUMNS and any(row[limits.MAX_COLUMNS :]):
                raise Refused(f"第 {number} 行超过 {limits.MAX_COLUMNS} 列，请删去不用的列后重新上传。")
            if number > self.found.heading:
                yield number, row[: limits.MAX_COLUMNS] + [""] * (width - len(row))

    def cleaned(self, numbers: list[int], rows: list[Sequence[Any]]) -> list[tuple[str, Any]]:
        width = max(map(len, rows))
        return super().cleaned(numbers, [[*row, *[""] * (width - len(row))] for row in rows])

    def column(self, place: int, numbers: list[int], values: Sequence[Any]) -> tuple[str, Any]:
        return cells.column([cells.unescaped(value) for value in values])

    def _first(self, delimiter: str) -> list[list[str]]:
        rows: list[list[str]] = []
        with suppress(Refused):  # said again once the headings are known
            rows.extend(row for _, row in islice(self._rows(delimiter), limits.HEADING_ROWS))
        return rows

    def _rows(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        number = 0
        with self._path.open(encoding=self._encoding, newline="") as file:
            try:
                for number, row in enumerate(csv.reader(file, delimiter=delimiter), 1):
                    yield number, row
            except csv.Error:
                raise Refused(f"第 {number + 1} 行有一个单元格太长，可能是引号没有成对。请改正后重新上传。") from None


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    for encoding in ("utf-16",) if start in (b"\xff\xfe", b"\xfe\xff") else ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as text:
                while text.read(1 << 20):
                    pass
        except UnicodeError:
            continue
        return encoding
    raise Refused(UNDECODED)
