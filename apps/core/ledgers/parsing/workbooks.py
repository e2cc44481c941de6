"""A sheet of a workbook: xlsx, xls or ods, parsed by calamine."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree  # the parts have been looked through for entities
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from apps.core.ledgers.parsing import cells, limits
from apps.core.ledgers.parsing.guarding import Marks, looked_through
from apps.core.ledgers.parsing.headings import Wanted, find, plain
from apps.core.ledgers.parsing.limits import Refused
from apps.core.ledgers.parsing.sniffing import DAMAGED, LOCKED, SAVE_AS
from apps.core.ledgers.parsing.sources import Source

OURS = {"说明", "填写说明", "填表说明", "示例", "填写示例", "选项"}  # sheets of a template that hold no rows

LONGEST = 31  # characters of a sheet's name in Excel; others may come with more


class Workbook(Source):
    def __init__(self, path: Path, kind: str, heads: Sequence[Wanted]) -> None:
        super().__init__(heads)
        parts = looked_through(path) if kind in ("xlsx", "ods") else {}
        self._marks = _by_sheet(path, parts) if kind == "xlsx" else {}
        try:
            with path.open("rb") as file:  # by its path it would be taken for what its name says
                self._book = CalamineWorkbook.from_filelike(file)
        except PasswordError:
            raise Refused(LOCKED) from None
        except (CalamineError, OSError, ValueError):
            raise Refused(DAMAGED) from None
        if kind != "xlsx":
            self.notes.append(f"{kind} 文件中的公式按保存时的结果读取，错误值按空白读取。")
        self._choose()
        self._merged: dict[int, deque[tuple[int, int]]] = {}  # by column: first and last row of each range
        self._carried: dict[int, tuple[int, Any]] = {}  # by column: first row of the range that was begun, and its value
        self._find_merged()

    def lines(self) -> Iterator[tuple[int, Sequence[Any]]]:
        for number, row in enumerate(self._sheet.iter_rows(), 1):
            if number > self.found.heading:
                yield number, row

    def column(self, place: int, numbers: list[int], values: Sequence[Any]) -> tuple[str, Any]:
        marks = self._marks.get(self.sheet, Marks()).columns.get(place + self._left, b"")
        has_marks, is_merged = any(marks[numbers[0] - 1 : numbers[-1]]), place in self._merged
        if not has_marks and not is_merged:
            return cells.column(values)
        cleaned = [cells.cell(value) for value in values]
        if has_marks:
            for index, number in enumerate(numbers):
                if number <= len(marks) and marks[number - 1]:
                    cleaned[index] = cells.marked(values[index], marks[number - 1])
        if is_merged:
            self._fill(place, numbers, cleaned)
        return "mixed", cleaned

    def _fill(self, place: int, numbers: list[int], cleaned: list[Any]) -> None:
        """Give the value of a merged cell to each row of its range. Ranges come in order, and rows as well."""
        ranges = self._merged[place]
        for index, number in enumerate(numbers):
            while ranges and ranges[0][1] < number:
                ranges.popleft()
            if ranges and ranges[0][0] <= number:
                top = ranges[0][0]
                carried = self._carried.get(place)
                if carried and carried[0] == top:
                    cleaned[index] = carried[1]
                else:
                    self._carried[place] = top, cleaned[index]

    def _find_merged(self) -> None:
        places = set(self.found.columns.values())
        for (top, left), (bottom, _) in sorted(self._sheet.merged_cell_ranges or ()):
            place = left - self._left
            if bottom > top >= self.found.heading and place in places:
                self._merged.setdefault(place, deque()).append((top + 1, bottom + 1))
        names = [self.heads[index]["names"][0] for index, place in sorted(self.found.columns.items()) if place in self._merged]
        if names:
            self.notes.append(f"合并的单元格已把值填到每一行：{'、'.join(names)}。")

    def _choose(self) -> None:
        """The first sheet that has every column that must be there, else the one that has most."""
        sheets = [sheet for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        seen = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible and plain(sheet.name) not in OURS]
        if not seen:
            raise Refused("没有可以读取的工作表。请把内容放在一个没有隐藏的工作表中。")
        self.sheet, best = seen[0], None
        for name in seen[: limits.MAX_SHEETS]:
            self._open(name)
            found = find(list(islice(self._sheet.iter_rows(), limits.HEADING_ROWS)), self.heads)
            if found and (best is None or len(found.columns) > len(best.columns) or not self.missing(found)):
                self.sheet, best = name, found
            if best and not self.missing(best):
                break
        if self._sheet.name != self.sheet:
            self._open(self.sheet)
        self.settle(best, f"的工作表“{self.sheet[:LONGEST]}”" if best or len(seen) == 1 else "的工作表")
        others = [name[:LONGEST] for name in seen if name != self.sheet]
        if others:
            self.notes.append(f"另有 {len(others)} 个工作表没有读取：{'、'.join(others[:10])}{'等' if len(others) > 10 else ''}。")

    def _open(self, name: str) -> None:
        marks = self._marks.get(name, Marks())
        if marks.nowhere:
            raise Refused(f"的工作表“{name[:LONGEST]}”有公式，但没有写明它们的位置。{SAVE_AS}")
        _within(name, *marks.far)
        try:
            self._sheet = self._book.get_sheet_by_name(name)
        except (CalamineError, OSError, ValueError):
            raise Refused(DAMAGED) from None
        (_, self._left), (bottom, right) = self._sheet.start or (0, 0), self._sheet.end or (0, 0)
        _within(name, bottom + 1, right + 1)


def _within(name: str, height: int, width: int) -> None:
    if width > limits.MAX_COLUMNS:
        raise Refused(f"的工作表“{name[:LONGEST]}”在第 {width} 列还有内容，最多可用 {limits.MAX_COLUMNS} 列。请删去不用的列后重新上传。")
    if height > limits.MAX_ROWS + limits.HEADING_ROWS:
        found = f"的工作表“{name[:LONGEST]}”在第 {height} 行还有内容，最多可有 {limits.MAX_ROWS:,} 行。"
        raise Refused(f"{found}请删去多余的行，或者分成几个文件后重新上传。")


def _by_sheet(path: Path, parts: dict[str, Marks]) -> dict[str, Marks]:
    """The marks by the sheet's name."""
    with ZipFile(path) as archive:
        names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
        try:
            book = ElementTree.fromstring(archive.read(names["xl/workbook.xml"]))  # noqa: S314
            relations = ElementTree.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]))  # noqa: S314
        except (KeyError, ElementTree.ParseError):
            raise Refused(DAMAGED) from None
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    sheets = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            relation = next((value for key, value in sheet.items() if key.endswith("}id")), None)
            target = targets.get(relation, "").replace("\\", "/").lower()
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            sheets[sheet.get("name", "")] = parts.get(part, Marks())
    return sheets
