"""A sheet of a workbook: xlsx, xls or ods, parsed by calamine."""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree  # the parts have been looked through for entities
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from apps.core.ledgers.reading import cells, limits
from apps.core.ledgers.reading.guarding import Marks, looked_through
from apps.core.ledgers.reading.headings import Found, Wanted, find, plain
from apps.core.ledgers.reading.limits import Refused
from apps.core.ledgers.reading.sniffing import DAMAGED, LOCKED, SAVE_AS
from apps.core.ledgers.reading.sources import Source

OURS = {"说明", "填写说明", "填表说明", "示例", "填写示例", "选项"}  # sheets of a template that hold no rows
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Workbook(Source):
    def __init__(self, path: Path, kind: str, heads: Sequence[Wanted]) -> None:
        super().__init__(heads)
        self._marks = _by_sheet(path, looked_through(path)) if kind == "xlsx" else {}
        if kind == "ods":
            looked_through(path)
        try:
            self._book = CalamineWorkbook.from_path(path)
        except PasswordError:
            raise Refused(LOCKED) from None
        except (CalamineError, OSError, ValueError):
            raise Refused(DAMAGED) from None
        self._choose()
        self._merged: dict[int, deque[tuple[int, int]]] = {}
        self._carried: dict[int, tuple[int, Any]] = {}
        for (top, left), (bottom, _) in sorted(self._sheet.merged_cell_ranges or ()):
            if bottom > top >= self.found.heading and left in self.found.columns.values():
                self._merged.setdefault(left, deque()).append((top + 1, bottom + 1))
        names = [self.heads[index]["names"][0] for index, place in sorted(self.found.columns.items()) if place in self._merged]
        if names:
            self.notes.append(f"合并的单元格已把值填到每一行：{'、'.join(names)}。")

    def lines(self) -> Iterator[tuple[int, Sequence[Any]]]:
        for number, row in enumerate(self._sheet.iter_rows(), 1):
            if number > self.found.heading:
                yield number, row

    def column(self, place: int, numbers: list[int], values: Sequence[Any]) -> tuple[str, list[Any]]:
        marks = self._marks[self.sheet].columns.get(place, b"") if self._marks else b""
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

    def _choose(self) -> None:
        """The first sheet that has every column that must be there, else the one that has most."""
        sheets = [each for each in self._book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        seen = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible and plain(each.name) not in OURS]
        if not seen:
            raise Refused("没有可以读取的工作表。请把内容放在一个没有隐藏的工作表中。")
        best: tuple[str, Found] | None = None
        for name in seen[: limits.MAX_SHEETS]:
            found = find(self._first(name), self.heads)
            if found and (best is None or len(found.columns) > len(best[1].columns)):
                best = name, found
            if found and all(index in found.columns for index, head in enumerate(self.heads) if head["required"]):
                best = name, found
                break
        self.sheet = best[0] if best else seen[0]
        self._first(self.sheet)
        self.settle(best[1] if best else None, f"的工作表“{self.sheet}”" if len(seen) == 1 else "的工作表")
        others = [name for name in seen if name != self.sheet]
        if others:
            self.notes.append(f"另有 {len(others)} 个工作表没有读取：{'、'.join(others[:10])}{'等' if len(others) > 10 else ''}。")

    def _first(self, name: str) -> list[list[Any]]:
        """The first rows of a sheet, which is the open one from now on."""
        if getattr(self, "_open", None) == name:
            return []
        marks = self._marks.get(name, Marks())
        if marks.nowhere:
            raise Refused(f"的工作表“{name}”有公式，但没有写明它们的位置。{SAVE_AS}")
        _within(name, *marks.far)
        try:
            self._sheet: CalamineSheet = self._book.get_sheet_by_name(name)
        except (CalamineError, OSError, ValueError):
            raise Refused(DAMAGED) from None
        self._open = name
        _within(name, self._sheet.total_height, self._sheet.total_width)
        rows = []
        for row in self._sheet.iter_rows():
            rows.append(row)
            if len(rows) == limits.HEADING_ROWS:
                break
        return rows


def _within(name: str, height: int, width: int) -> None:
    if width > limits.MAX_COLUMNS:
        raise Refused(f"的工作表“{name}”在第 {width} 列还有内容，最多可用 {limits.MAX_COLUMNS} 列。请删去不用的列后重新上传。")
    if height > limits.MAX_ROWS + limits.HEADING_ROWS:
        found = f"的工作表“{name}”在第 {height} 行还有内容，最多可有 {limits.MAX_ROWS:,} 行。"
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
            target = targets.get(sheet.get(RELATION), "").replace("\\", "/").lower()
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            sheets[sheet.get("name", "")] = parts.get(part, Marks())
    return sheets
