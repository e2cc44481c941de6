"""The city office reads how far the work has come and follows a number down to the places that are missing."""

import re

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

WIDTHS = (1440, 360)


@pytest.mark.parametrize("width", WIDTHS)
def test_city_follows_a_number_to_the_places_it_misses(visit, look, width):
    page = visit("city", width=width)
    page.goto("/coverage/?year=2013")
    expect(page.get_by_role("heading", name="嘉兴市覆盖情况")).to_be_visible()
    expect(page.get_by_role("link", name="962 / 1,202 个村（社区）")).to_be_visible()
    expect(page.locator("[data-chart=map] svg")).to_be_visible()
    expect(page.locator("[data-chart=trend] svg")).to_be_visible()
    look(page, "coverage-city")

    page.locator("#below").get_by_role("link", name="海宁市").click()
    expect(page.get_by_role("heading", name="海宁市覆盖情况")).to_be_visible()
    look(page, "coverage-county")

    page.get_by_role("link", name=re.compile("个村（社区）未覆盖|距目标还差")).first.click()
    expect(page).to_have_url(re.compile("year=2013&state=missing#rows$"))
    missing = page.locator("#rows tbody")
    expect(missing.get_by_text("未覆盖").first).to_be_visible()
    expect(missing.get_by_text("已覆盖", exact=True)).to_have_count(0)
    look(page, "coverage-missing")


def test_keyboard_and_screen_reader_get_the_charts_as_tables(visit):
    page = visit("nanhu")
    page.goto("/coverage/")
    page.get_by_role("link", name="历年对照").focus()
    page.keyboard.press("Enter")
    years = page.get_by_role("table", name="南湖区历年各项指标")
    expect(years.get_by_role("row")).to_have_count(localdate().year - 2010)  # 2012 until now, and the head


@pytest.mark.parametrize("width", WIDTHS)
def test_a_number_of_a_past_year_opens_its_rows(visit, look, width):
    page = visit("city", width=width)
    page.goto("/coverage/")
    page.get_by_role("link", name="历年对照").click()
    expect(page.get_by_role("heading", name="嘉兴市：历年对照")).to_be_visible()
    look(page, "coverage-years")
    page.get_by_role("link", name="962 / 1,202").click()
    expect(page).to_have_url(re.compile("year=2013&state=covered#rows$"))
    expect(page.locator("#rows")).to_contain_text("嘉兴市2013年列入“组织覆盖率”统计的单位。")


def test_a_click_on_the_map_opens_the_county(visit):
    page = visit("city")
    page.goto("/coverage/")
    page.locator("[data-chart=map] svg text", has_text="桐乡市").click()
    expect(page.get_by_role("heading", name="桐乡市覆盖情况")).to_be_visible()


def test_everything_but_the_pictures_works_without_javascript(visit):
    page = visit("nanhu", javascript=False)
    page.goto("/coverage/")
    page.get_by_role("link", name="建设街道").click()
    page.get_by_label("状态").select_option("missing")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("#rows tbody").get_by_text("已覆盖", exact=True)).to_have_count(0)


def test_a_full_count_is_made_by_the_worker_when_the_city_office_asks(visit, portal):
    before = portal.sql("SELECT computed_at FROM coverage_year WHERE closed_at IS NULL")
    page = visit("city")
    page.goto("/coverage/")
    page.get_by_role("button", name="重新计算").click()
    expect(page.get_by_role("status").filter(has_text="已安排重新计算")).to_be_visible()

    for _ in range(100):
        if portal.sql("SELECT computed_at FROM coverage_year WHERE closed_at IS NULL") != before:
            break
        page.wait_for_timeout(100)
    assert portal.sql("SELECT drift FROM coverage_year WHERE closed_at IS NULL") == [(0,)]
    assert portal.sql("SELECT computed_at FROM coverage_year WHERE closed_at IS NULL") != before


def test_another_countys_figures_are_not_found(visit, portal):
    [(haining,)] = portal.sql("SELECT id FROM organizations_organization WHERE name = '海宁市'")
    page = visit("nanhu")
    response = page.goto(f"/coverage/{haining}/")
    assert response is not None and response.status == 404


@pytest.mark.parametrize("width", WIDTHS)
def test_the_office_tries_what_would_reach_the_target(visit, look, width):
    page = visit("city", width=width)
    page.goto("/coverage/?indicator=rooms")
    page.locator("#below").get_by_role("link", name="南湖区").click()
    page.get_by_role("link", name="队室覆盖率").first.click()
    page.get_by_role("link", name="进度与测算").click()
    expect(page.locator("[data-chart=trend] svg")).to_be_visible()
    page.get_by_role("link", name=re.compile("试算最容易的 .* 个")).click()
    expect(page.get_by_role("table", name=re.compile("试算：勾选的")).get_by_role("row", name="南湖区")).to_contain_text("达到 100.0%")
    look(page, "coverage-progress")

    page.get_by_label(re.compile("^试算")).first.uncheck()
    page.get_by_role("button", name="试算勾选的单位").click()
    expect(page.get_by_role("table", name=re.compile("试算：勾选的")).get_by_role("row", name="南湖区")).to_contain_text("还差 1")


def test_a_chart_is_taken_along_as_a_picture(visit):
    page = visit("nanhu")
    page.goto("/coverage/")
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载图片：历年走势").click()
    assert taken.value.suggested_filename == "南湖区 历年走势.png"
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")
    assert taken.value.path().stat().st_size > 20_000  # an empty canvas is smaller


@pytest.mark.parametrize(("width", "javascript"), [(1440, True), (360, True), (360, False)])
def test_the_office_takes_a_place_out_of_the_count_and_back(visit, portal, look, width, javascript):
    [(name, code)] = portal.sql(
        "SELECT o.name, o.code FROM organizations_organization o JOIN organizations_organization c ON c.id = o.county_id "
        "WHERE o.kind = 'place' AND c.name = '海盐县' ORDER BY o.code LIMIT 1"
    )
    page = visit("city", width=width, javascript=javascript)
    page.goto("/coverage/exemptions/")
    page.get_by_role("link", name="登记").click()
    page.get_by_label("指标").select_option("organization")
    page.get_by_label("报送单位").select_option(label="海盐县")
    page.get_by_label("单位名称或代码").fill("没有这个村")
    page.get_by_label("原因").fill("整村拆迁，居民已安置。")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("海盐县没有这个村（社区），请核对名称。").first).to_be_visible()
    expect(page.get_by_label("原因")).to_have_value("整村拆迁，居民已安置。")
    if javascript:
        look(page, "coverage-exempt-wrong")

    page.get_by_label("单位名称或代码").fill(code)
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text(f"已登记：{name}自 {localdate()} 起不列入统计。")).to_be_visible()
    if javascript:
        look(page, "coverage-exemptions")
    row = page.get_by_role("row", name=name).first
    row.get_by_text("恢复统计").first.click()
    row.get_by_role("button", name="恢复统计").last.click()
    expect(page.get_by_text(f"{name}自 {localdate()} 起恢复统计。")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_school_sees_where_it_counts(visit, look, width):
    page = visit("nanhu-school", width=width)
    page.goto("/coverage/")
    expect(page.get_by_role("heading", name=re.compile("在各项指标中的情况$"))).to_be_visible()
    expect(page.get_by_role("heading", name="队室覆盖率")).to_be_visible()
    look(page, "coverage-own")


@pytest.mark.parametrize("width", WIDTHS)
def test_any_day_opens_into_its_rows(visit, look, width):
    page = visit("nanhu", width=width)
    page.goto("/coverage/")
    page.locator("#below").get_by_role("link", name="建设街道").click()
    page.get_by_role("link", name="历史某日").click()
    page.get_by_role("textbox", name="日期").fill("2013-06-30")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", name="组织覆盖率（2013-06-30）")).to_be_visible()
    look(page, "coverage-day")
    expect(page.get_by_role("table", name="建设街道组织覆盖率名单（2013-06-30）").locator("tbody tr")).to_have_count(5)


def test_the_years_bulletin_is_made_by_the_worker(visit):
    page = visit("nanhu")
    page.goto("/coverage/?year=2013")
    page.get_by_role("button", name="生成2013年通报").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载").first.click(timeout=60_000)
    assert taken.value.path().read_bytes().startswith(b"%PDF")
    assert "通报" in taken.value.suggested_filename
