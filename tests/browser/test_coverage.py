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
    page.get_by_text("查看历年数据").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="南湖区历年组织覆盖率").get_by_role("row")).to_have_count(
        localdate().year - 2010
    )  # 2012 until now, and the head


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
