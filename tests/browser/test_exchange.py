"""An office brings in the ledger that it has kept for years: what is wrong is named, put right, confirmed, and taken back again."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.factories.untidy import FIRST, Untidy

BESIDE = 20_000  # milliseconds that the worker may take for 300 rows, on a busy machine


@pytest.fixture
def look_twice(look) -> Callable[[Page, str], None]:
    """At a desk and on a phone."""

    def look_at(page: Page, name: str) -> None:
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            look(page, name)

    return look_at


def names(portal: Any, kind: str, county: str) -> list[str]:
    sql = """
        SELECT o.name FROM organizations_organization o JOIN organizations_organization c ON c.id = o.county_id
        WHERE o.kind = %s AND c.name = %s ORDER BY o.id
    """
    return [name for (name,) in portal.sql(sql, (kind, county))]


def schools(portal: Any) -> int:
    return len(names(portal, "school", "南湖区"))


@pytest.fixture
def ledger(portal) -> Untidy:
    return Untidy(names(portal, "town", "南湖区")[:5], names(portal, "school", "海宁市")[0])


def choose(page: Page, content: bytes, name: str) -> None:
    page.get_by_label("台账文件").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def put_right(content: bytes, ledger: Untidy) -> bytes:
    """What somebody does to the workbook with the red cells: each is corrected where it stands, its row is where it was."""
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    head = rows[FIRST - 2]
    assert head[-1] == "错误说明"
    columns = dict(
        zip(("镇（街道）", "学校名称", "类型", "城乡", "班级数", "少先队员数", "办学水平", "建校日期"), range(1, 9), strict=True)
    )
    for index, wrong in ledger.wrongs().items():
        row = rows[FIRST - 1 + index]
        assert wrong.sentence in row[-1]
        heading = next(name for name, column in columns.items() if column == wrong.column)
        row[head.index(heading)] = str(wrong.right)
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell if isinstance(cell, int | float) else str(cell))
    return file.getvalue()


def test_an_untidy_ledger_comes_in_and_goes_again(portal, visit, look_twice, ledger):
    before = schools(portal)
    page = visit("nanhu", at="/organizations/")
    page.get_by_role("link", name="导入", exact=True).click()
    look_twice(page, "exchange")
    page.get_by_role("link", name="导入学校").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入学校")
    look_twice(page, "exchange-import")
    choose(page, b"%PDF", "总结.pdf")
    expect(page.get_by_text("“总结.pdf”不是台账文件")).to_be_visible()
    choose(page, ledger.workbook(), "学校台账.xlsx")
    page.get_by_role("button", name="上传并检查").click()

    expect(page.get_by_text("还有 10 行有误，没有写入任何内容")).to_be_visible(timeout=BESIDE)
    rows = page.get_by_role("region", name="逐行结果")
    for index, wrong in ledger.wrongs().items():
        row = rows.locator("tbody tr", has=page.get_by_role("cell", name=f"第 {FIRST + index} 行"))
        expect(row).to_contain_text(wrong.sentence)
    for said in ("“校名”一列按“学校名称”读取", "合并的单元格已把值填到每一行", "跳过了 1 行合计", "没有读取这些列：序号、备注"):
        expect(page.get_by_text(said)).to_be_visible()
    look_twice(page, "exchange-wrong")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标红的文件").click()
    choose(page, put_right(Path(download.value.path()).read_bytes(), ledger), "学校台账（改好）.xlsx")
    page.get_by_role("button", name="上传改好的文件").click()

    expect(page.get_by_text("300 行全部正确，还没有写入")).to_be_visible(timeout=BESIDE)
    look_twice(page, "exchange-sound")
    assert schools(portal) == before
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("dialog")).to_contain_text("将新增 300 行")
    page.get_by_role("dialog").get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("已导入：新增 300 行")).to_be_visible(timeout=BESIDE)
    look_twice(page, "exchange-applied")
    assert schools(portal) == before + 300

    page.get_by_role("button", name="撤回这次导入").click()
    expect(page.get_by_role("dialog")).to_contain_text("将删除新增的 300 行")
    page.get_by_role("button", name="确定撤回").click()
    expect(page.get_by_text("已撤回，资料恢复成导入之前的样子")).to_be_visible(timeout=BESIDE)
    look_twice(page, "exchange-undone")
    assert schools(portal) == before
    page.goto("/exchange/?state=undone")
    look_twice(page, "exchange-history")


def test_without_a_script_a_ledger_comes_in(portal, visit, ledger):
    """The page reloads itself while the file is checked and written."""
    before = schools(portal)
    page = visit("nanhu", at="/exchange/schools/", width=360, javascript=False)
    choose(page, b"", "空.xlsx")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("alert")).to_contain_text("这是空文件，请重新选择。")
    choose(page, ledger.workbook(clean=True), "学校台账.xlsx")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("300 行全部正确，还没有写入")).to_be_visible(timeout=BESIDE)
    page.locator("#confirm > summary").click()
    page.locator("#confirm").get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("已导入：新增 300 行")).to_be_visible(timeout=BESIDE)
    page.locator("#undo > summary").click()
    page.get_by_role("button", name="确定撤回").click()
    expect(page.get_by_text("已撤回，资料恢复成导入之前的样子")).to_be_visible(timeout=BESIDE)
    assert schools(portal) == before


def test_what_no_reader_reads_is_refused_and_replaced(visit, look_twice, ledger):
    page = visit("nanhu", at="/exchange/schools/")
    choose(page, b"%PDF-1.7", "学校台账.xlsx")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("“学校台账.xlsx”是 PDF 文件，不是表格。")).to_be_visible(timeout=BESIDE)
    look_twice(page, "exchange-refused")
    page.goto("/desk/")
    page.get_by_role("link", name=re.compile("台账“学校台账.xlsx”不能读取")).click()
    page.get_by_role("button", name="不导入了").click()
    page.get_by_role("button", name="确定放弃").click()
    expect(page.get_by_text("已放弃，没有写入任何内容", exact=True)).to_be_visible()


@pytest.mark.parametrize("username", ["city", "nanhu-town", "nanhu-school", "sysadmin"])
def test_everybody_finds_what_is_theirs(visit, look, username):
    page = visit(username, at="/exchange/", width=360)
    expect(page.get_by_role("heading", level=1)).to_have_text("台账导入导出")
    look(page, f"exchange-{username}")
