"""A ledger of schools as an office keeps it for years: everything that people do to a sheet, and a handful of rows that are wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

HEADINGS = (
    *("序号", "所属镇（街道）", " 校名 ", "学校类型", "城乡类别（农村/城镇）"),
    *("班数", "队员人数（人）", "办学水平", "建校日期", "备注"),
)
FIRST = 4  # row of the first school: a title, a line about it, the headings
TOWN, NAME, TYPE, AREA, CLASSES, MEMBERS, STRENGTH, OPENED = range(1, 9)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a row, and how it would be right."""

    column: int
    cell: Any
    right: Any
    sentence: str  # as the page says it


@dataclass(frozen=True)
class Untidy:
    """So many new schools in the towns of one reporting unit; `elsewhere` is a school of another one."""

    towns: Sequence[str]
    elsewhere: str
    count: int = 300

    def name(self, index: int) -> str:
        return f"{self._town(index)}第{index + 1}小学"

    def wrongs(self) -> dict[int, Wrong]:
        """By the school's place in the list."""
        last = self.count - 1
        return {
            3: Wrong(AREA, "郊区", "农村", "“郊区”不在可选范围内"),
            10: Wrong(CLASSES, "=6*4", 24, "这里是公式"),
            20: Wrong(MEMBERS, "约800人", 800, "“约800人”不是整数"),
            30: Wrong(OPENED, "2012-02-30", date(2012, 2, 29), "没有“2012-02-30”这一天"),
            40: Wrong(NAME, self.name(39), self.name(40), f"与第 {FIRST + 39} 行重复"),
            50: Wrong(STRENGTH, "", "一般", "请填写办学水平"),
            60: Wrong(TYPE, "九年一贯制", "完全小学", "“九年一贯制”不在可选范围内"),
            70: Wrong(CLASSES, 12.5, 12, "带有小数"),
            last - 1: Wrong(TOWN, "没有镇", self._town(last - 1), "没有叫“没有镇”的镇"),
            last: Wrong(NAME, self.elsewhere, self.name(last), f"“{self.elsewhere}”已登记在"),
        }

    def workbook(self, *, clean: bool = False) -> bytes:
        """The file; `clean` is the same one with the wrong rows put right, as untidy as before."""
        file, wrongs = BytesIO(), self.wrongs()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            sheet, day = book.add_worksheet("学校情况"), book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "2026年学校基本情况统计表", book.add_format({"bold": True, "align": "center"}))
            sheet.write(1, 0, "填表单位：少先队工作委员会")
            sheet.write_row(2, 0, HEADINGS)
            for index in range(self.count):
                cells = self._cells(index)
                if index in wrongs:
                    cells[wrongs[index].column] = wrongs[index].right if clean else wrongs[index].cell
                for column, cell in enumerate(cells):
                    if column == TOWN and index < self._merged:
                        continue
                    sheet.write(FIRST - 1 + index, column, cell, *([day] if isinstance(cell, date) else []))
            for start in range(0, self._merged, self._run):
                sheet.merge_range(FIRST - 1 + start, TOWN, FIRST - 2 + start + self._run, TOWN, self._town(start))
            sheet.write_row(FIRST - 1 + self.count, 0, ["合计", "", f"{self.count}所"])
            sheet.write(FIRST + self.count, 0, "填表人：王芳  联系电话：0573-82000000")
            book.add_worksheet("Sheet2")
        return file.getvalue()

    @property
    def _run(self) -> int:
        """How many schools of a town stand below one another."""
        return self.count // (2 * len(self.towns))

    @property
    def _merged(self) -> int:
        """The first half names each town once, in a cell merged over its schools."""
        return self._run * len(self.towns)

    def _town(self, index: int) -> str:
        return self.towns[index // self._run % len(self.towns)]

    def _cells(self, index: int) -> list[Any]:
        """One right row, written in the one or the other of the ways in which people write."""
        way = index % 4
        classes = (12 + index % 20, str(12 + index % 20), "２４", " 18 ")[way]
        opened = (date(1998, 9, 1), "2012年4月10日", "2012.4.10", "20120410")[way]
        name = (self.name(index), f" {self.name(index)} ", f"{self.name(index)[:2]} {self.name(index)[2:]}", self.name(index))[way]
        kind, strength = ("中心小学", "完全小学", " 教学点", "完小")[way], ("一般", "优质", "薄弱学校", "一般学校")[way]
        area, members = ("农村", "城镇")[index % 2], (480, "480", "1,480", "４８０")[way]
        return [index + 1, self._town(index), name, kind, area, classes, members, strength, opened, "住宿" if way else ""]
