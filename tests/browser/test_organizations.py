"""The registers and the desk, as the people of one county use them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook


@pytest.fixture
def look_twice(look) -> Callable[[Page, str], None]:
    """At a desk and on a phone."""

    def look_at(page: Page, name: str) -> None:
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            look(page, name)

    return look_at


@pytest.mark.parametrize("username", ["city", "nanhu", "nanhu-town", "nanhu-school"])
def test_everybody_begins_at_their_desk(visit, look_twice, username):
    page = visit(username)
    expect(page.get_by_role("heading", level=1)).to_contain_text("，")
    look_twice(page, f"desk-{username}")
    page.goto("/organizations/")
    look_twice(page, f"organizations-{username}")


def fill_unit(page: Page, name: str) -> None:
    page.get_by_label("雏鹰假日小队").check()
    page.get_by_label("名称").fill(name)
    page.get_by_label("成立日期").fill("2026-03-01")
    page.get_by_label("队员数").fill("3")


@pytest.mark.parametrize("javascript", [True, False])
def test_town_counselor_establishes_a_team_and_dissolves_it(visit, look_twice, javascript):
    """The desk says which places have none; the page says what is unusual and what the end of the only team means."""
    page = visit("nanhu-town", width=360, javascript=javascript)
    page.get_by_role("link", name=re.compile("还没有少先队组织的村")).click()
    page.locator("tbody a").first.click()
    place = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="登记少先队组织").first.click()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("类别：请选择类别。")
    name = f"{place}小队{'一' if javascript else '二'}"
    fill_unit(page, name)
    look_twice(page, "unit-form") if javascript else None
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text(f"“{name}”已登记。")).to_be_visible()
    expect(page.get_by_text("小队一般为 5 至 13 人，现为 3 人，请核对。")).to_be_visible()
    look_twice(page, "place") if javascript else None

    page.get_by_role("link", name=f"撤销{name}").click()
    expect(page.get_by_text(f"{place}将不再计入组织覆盖").first).to_be_visible()
    (page.get_by_role("button", name="撤销") if javascript else page.locator("#dissolve > summary")).click()
    look_twice(page, "unit-dissolve") if javascript else None
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_text(re.compile(f"“{name}”已于 .* 撤销。"))).to_be_visible()


def test_county_registers_a_school_and_is_told_of_a_namesake(visit, look_twice, portal):
    ((taken,),) = portal.sql(
        """SELECT school.name FROM organizations_organization school JOIN organizations_organization county ON county.id = school.county_id
           WHERE school.kind = 'school' AND county.name = '海宁市' ORDER BY school.id LIMIT 1"""
    )
    page = visit("nanhu", at="/organizations/")
    page.get_by_role("link", name="登记学校").click()
    page.get_by_label("学校名称").fill(taken)
    page.get_by_label("农村").check()
    page.get_by_label("完小", exact=True).check()
    page.get_by_label("班级数").fill("12")
    page.get_by_label("少先队员数").fill("460")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text(f"“{taken}”已登记在海宁市")
    look_twice(page, "school-form")
    page.get_by_label("学校名称").fill("南湖区试验小学")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("南湖区试验小学")
    look_twice(page, "school-new")
    page.get_by_role("link", name="撤并").click()
    page.get_by_role("button", name="撤并").click()
    look_twice(page, "school-close")
    page.get_by_role("button", name="确认撤并").click()
    expect(page.get_by_text("资料和以前的记录保留")).to_be_visible()
    look_twice(page, "school-closed")


def test_school_and_help_pages_read_well(visit, look_twice):
    page = visit("nanhu-school", at="/organizations/")
    page.get_by_role("link", name="修改资料").click()
    look_twice(page, "school-profile")
    page.goto("/help/")
    look_twice(page, "help")
    page = visit("city", at="/organizations/?kind=place&reached=no")
    look_twice(page, "organizations-search")


@pytest.mark.parametrize("javascript", [True, False])
def test_schools_are_taken_along_as_they_are_found(visit, look_twice, javascript):
    page = visit("nanhu", at="/organizations/?kind=school&q=中心", width=360, javascript=javascript)
    page.locator("summary", has_text="导出").click()
    look_twice(page, "organizations-export") if javascript else None
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel 表格").click()
    assert re.fullmatch(r"学校\d{8}\.xlsx", download.value.suggested_filename)
    head, *rows = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0).to_python()
    assert head[:3] == ["报送单位", "镇（街道）", "学校名称"]
    assert rows
    assert [row for row in rows if row[0] != "南湖区" or "中心" not in row[2]] == []
