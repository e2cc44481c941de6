"""What leaves the portal as a workbook, read back by the reader of another house, and down to its XML."""

import re
from datetime import date, datetime
from io import BytesIO
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from django.db import models
from python_calamine import CalamineWorkbook

from apps.core.ledgers import sheets
from apps.core.ledgers.cells import Cell, Choice, Day, Name, Number, Whole, YesNo
from apps.core.ledgers.ledger import Column, Ledger
from apps.core.ledgers.reading import Fault
from tests.factories.workbooks import MAIN, styles


class Area(models.TextChoices):
    URBAN = "urban", "城镇"
    RURAL = "rural", "农村"


class Many(models.TextChoices):
    """More labels than a validation holds."""

    @classmethod
    def long(cls):
        return [SimpleNamespace(value=str(number), label=f"第 {number} 种很长的类型") for number in range(30)]


class Rooms(Ledger):
    key, label, permission, reading = "rooms", "队室[甲/乙]", "rooms.edit", "rooms.view"

    name = Column("学校", "name", cell=Name(), required=True, key=True, aliases=("校名",), example="甲小学", help="用全称。")
    area = Column("城乡", "area", cell=Choice(Area), required=True, example="农村")
    kind = Column("种类", "kind", cell=Choice(Many.long()), example="第 3 种很长的类型")
    size = Column("面积", "size", cell=Number(places=2), example=45.5)
    seats = Column("座位", "seats", cell=Whole(), example=40)
    since = Column("启用日期", "since", cell=Day(), example="2012-04-10")
    lit = Column("有灯", "lit", cell=YesNo(), example="是")
    note = Column("说明", "note", cell=Cell())
    state = Column("状态", "state", cell=Cell(), derived=True)

    class Meta:
        import_id_fields = ("name",)


HEADS = ["学校", "城乡", "种类", "面积", "座位", "启用日期", "有灯", "说明", "状态"]
ROW = ["甲小学", "农村", "第 3 种很长的类型", 45.5, 40, date(2012, 4, 10), "是", "好", "已确认"]
NASTY = ["=1+1", "＝1", " +1", "@x", "<b>&", "两\n行", " 前后 ", "_x0041_", "\x01\x1f\r", "'", "a" * 40_000, "0330402"]


def read(file):
    book = CalamineWorkbook.from_filelike(BytesIO(file))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def content(file):
    with file:
        return file.read()


def xml(file, name):
    return ZipFile(BytesIO(file)).read(name).decode()


@pytest.fixture
def ledger():
    return Rooms()


def test_a_book_has_heads_numbers_and_dates(ledger):
    file = content(sheets.book(ledger, [ROW, [None] * 9, ["乙小学", *[None] * 8]]))
    found = read(file)
    assert list(found) == ["队室 甲 乙 ", "选项"]
    assert found["队室 甲 乙 "] == [HEADS, ROW, [""] * 9, ["乙小学", *[""] * 8]]
    sheet = xml(file, "xl/worksheets/sheet1.xml")
    assert 'ref="A1:I4"' in sheet
    assert '<autoFilter ref="A1:I4"/>' in sheet
    assert 'state="frozen"' in sheet
    assert 'state="hidden"' in xml(file, "xl/workbook.xml")


def test_a_book_may_be_empty(ledger):
    assert read(content(sheets.book(ledger, [])))["队室 甲 乙 "] == [HEADS]


def test_no_text_is_computed_and_none_is_lost(ledger):
    file = content(sheets.book(ledger, [[text, *[None] * 8] for text in NASTY]))
    sheet = xml(file, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    texts = [row[0] for row in read(file)["队室 甲 乙 "][1:]]
    assert texts == [text[:32_000] for text in NASTY]
    quoted = {match[1] for match in re.finditer(r'<c r="A\d+" s="(\d+)" t="inlineStr"><is><t[^>]*>\s*[=+@]', sheet)}
    assert [styles(file)[int(style)].get("quotePrefix") for style in quoted] == ["1"]


def test_csv_says_the_same(ledger):
    text = b"".join(sheets.csv_lines(ledger, [ROW, ["=1+1", *[None] * 8]])).decode("utf-8-sig")
    assert text.splitlines() == [",".join(HEADS), "甲小学,农村,第 3 种很长的类型,45.5,40,2012-04-10,是,好,已确认", "'=1+1,,,,,,,,"]


def test_a_template_guides_whoever_fills_it_in(ledger):
    towns = [f"很长的名字的第 {number} 小学" for number in range(60)]
    file = content(sheets.template(ledger, rows=[{"name": "甲小学"}, {"name": "=乙"}], offered={"name": towns}))
    found = read(file)
    assert list(found) == ["队室 甲 乙 ", "示例", "说明", "选项"]
    assert found["队室 甲 乙 "] == [HEADS[:8], ["甲小学", *[""] * 7], ["=乙", *[""] * 7]]
    assert found["示例"][1:] == [HEADS[:8], [*ROW[:7], ""]]
    assert found["示例"][0][0] == "示例，仅供参考，不会导入。"
    required = {row[0]: row[1] for row in found["说明"] if row[0] in HEADS}
    assert required == dict.fromkeys(HEADS[:8], "") | {"学校": "必填", "城乡": "必填"}
    assert [row[0] for row in found["选项"]] == towns
    sheet = xml(file, "xl/worksheets/sheet1.xml")
    assert re.findall(r'<dataValidation type="(\w+)".*?sqref="(\w+):', sheet) == [
        ("list", "A2"),
        ("list", "B2"),
        ("list", "C2"),
        ("decimal", "D2"),
        ("whole", "E2"),
        ("date", "F2"),
        ("list", "G2"),
    ]
    assert "<formula1>选项!$A$1:$A$60</formula1>" in sheet
    assert '<formula1>"城镇,农村"</formula1>' in sheet
    assert "<f>" not in sheet
    assert len(re.findall("<comment ", xml(file, "xl/comments1.xml"))) == 8
    assert "必填。\n用全称。" in xml(file, "xl/comments1.xml")


def test_a_template_locks_its_heads_and_nothing_else(ledger):
    file = content(sheets.template(ledger, rows=[{"name": "甲小学"}]))
    sheet, cells = xml(file, "xl/worksheets/sheet1.xml"), styles(file)

    def locked(style):
        return cells[int(style)].find(f"{MAIN}protection") is None

    assert {locked(style) for style in re.findall(r'<c r="[A-H]1" s="(\d+)"', sheet)} == {True}
    assert {locked(style) for style in re.findall(r'<c r="[A-H]2" s="(\d+)"', sheet)} == {False}
    assert {locked(style) for style in re.findall(r'<col [^>]*style="(\d+)"', sheet)} == {False}
    assert re.search(r'<col min="9" max="16384"', sheet)
    assert 'ref="A1:H2"' in sheet
    protection = re.search(r"<sheetProtection [^>]*>", sheet)[0]
    assert "password" not in protection
    assert [name for name in ("insertRows", "deleteRows", "sort", "autoFilter") if f'{name}="0"' not in protection] == []


def line(number, cells, **faults):
    return SimpleNamespace(number=number, cells=cells, faults={"" if name == "row" else name: said for name, said in faults.items()})


def test_wrong_rows_come_back_red_with_the_reason(ledger):
    wrong = ["乙小学", "郊区", None, "大", None, "2012-09-01", True, Fault("#N/A", "这里是一个错误值。")]
    lines = [
        line(5, ["甲小学", "农村", None, 12, 3.0, datetime.fromisoformat("2012-04-10"), None, "=1+1"]),
        line(7, wrong, note="这里是一个错误值。", area="“郊区”不在可选范围内。", row="与第 5 行重复。", seats="请填写座位。"),
    ]
    file = content(sheets.corrected(ledger, lines, present={"name", "area", "seats", "since", "note"}))
    found = read(file)["队室 甲 乙 "]
    assert found[0] == ["学校", "城乡", "座位", "启用日期", "说明", "错误说明"]
    said = "与第 5 行重复。\n城乡：“郊区”不在可选范围内。\n座位：请填写座位。\n说明：这里是一个错误值。"
    assert found[1] == ["甲小学", "农村", 3, date(2012, 4, 10), "=1+1", ""]
    assert found[-1] == ["乙小学", "郊区", "", date(2012, 9, 1), "#N/A", said]
    sheet = xml(file, "xl/worksheets/sheet1.xml")
    assert re.findall(r'<row r="(\d+)"', sheet) == ["4", "5", "7"]
    assert '<autoFilter ref="A4:F7"/>' in sheet
    used = {place: styles(file)[int(style)].get("fillId") for place, style in re.findall(r'<c r="([A-F]7)" s="(\d+)"', sheet)}
    red = used["B7"]
    assert "FBD5D2" in xml(file, "xl/styles.xml").split("<fill>")[int(red) + 1]
    assert [place for place, fill in used.items() if fill == red] == ["B7", "C7", "E7"]
    assert re.findall('<comment ref="(\\w+)"', xml(file, "xl/comments1.xml")) == ["B7", "C7", "E7"]


@pytest.mark.parametrize("numbers", [[2, 3], [1, 1], [400, 900]])
def test_wherever_the_rows_stood_the_heads_stand_above_them(ledger, numbers):
    lines = [line(number, ["甲小学", *[None] * 7], name="错了。") for number in numbers]
    found = [row[0] for row in read(content(sheets.corrected(ledger, lines, present={"name"})))["队室 甲 乙 "]]
    assert [text for text in found if text] == ["学校", "甲小学", "甲小学"]


def test_a_file_without_rows_is_given_back_as_its_heads(ledger):
    assert read(content(sheets.corrected(ledger, [], present={"name"})))["队室 甲 乙 "] == [["学校", "城乡", "错误说明"]]
