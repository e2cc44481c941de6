"""What leaves the portal on paper: a year as one volume, made while its reader waits, and a receipt that a stranger checks."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

MADE = 90_000  # milliseconds; a worker sets type for ten plans


def downloaded(page: Page, name: str | re.Pattern[str]) -> Any:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).first.click()
    return download.value


@pytest.mark.parametrize("width", [1440, 360])
def test_a_years_plans_become_one_volume(visit, look, width):
    city = visit("city", at="/plans/", width=width)
    city.get_by_role("navigation", name="年度").get_by_role("link").nth(1).click()
    look(city, "plans-archive")
    city.get_by_role("button", name="合订本（PDF）").click()
    expect(city.get_by_role("heading", level=1)).to_contain_text("工作方案汇编（合订本）")
    address = city.url
    look(city, "job-running")

    # Whoever asks again is led to the same job; the page follows it by itself.
    city.goto("/plans/")
    city.get_by_role("navigation", name="年度").get_by_role("link").nth(1).click()
    city.get_by_role("button", name="合订本（PDF）").click()
    expect(city.get_by_role("link", name=re.compile("^下载"))).to_be_visible(timeout=MADE)
    assert width != 1440 or city.url == address
    expect(city.get_by_text("收入 10 个单位的工作方案。")).to_be_visible()
    look(city, "job-done")
    file = downloaded(city, re.compile("^下载"))
    assert re.fullmatch(r"20\d\d年工作方案汇编\.pdf", file.suggested_filename)
    book = PdfReader(BytesIO(Path(file.path()).read_bytes()))
    assert [item.title[-7:] for item in book.outline] == [f"{file.suggested_filename[2:4]}年工作方案"] * 10

    city.goto("/jobs/")
    look(city, "jobs")


def test_a_job_without_javascript(visit):
    city = visit("city", at="/plans/", javascript=False)
    city.get_by_role("button", name="文件包（zip）").click()
    expect(city.get_by_role("link", name=re.compile("^下载"))).to_be_visible(timeout=MADE)  # the page reloads itself
    assert downloaded(city, re.compile("^下载")).suggested_filename.endswith("年工作方案.zip")


def test_a_receipt_is_checked_by_a_stranger_until_the_plan_changes(visit, look):
    county = visit("jiashan", at="/plans/")
    county.get_by_role("row", name=re.compile("已上报")).get_by_role("link").click()
    plan = county.url
    file = downloaded(county, "回执")
    text = PdfReader(BytesIO(Path(file.path()).read_bytes())).pages[0].extract_text()
    code = re.search(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{4}", text)
    assert file.suggested_filename.endswith("工作方案上报回执.pdf")
    assert code

    stranger = visit(None, at="/verify/", width=360)
    look(stranger, "verify")
    stranger.get_by_label("回执编码").fill(code[0].lower().replace("-", " "))
    stranger.get_by_role("button", name="验证").click()
    expect(stranger.get_by_text("内容自上报以来没有变化。")).to_be_visible()
    expect(stranger.get_by_text("嘉善县", exact=True)).to_be_visible()
    look(stranger, "verified")
    answer = stranger.url

    city = visit("city", at=f"{plan}review/")
    city.get_by_label("退回理由").fill("请补充数量。")
    city.get_by_role("button", name="退回", exact=True).click()
    city.get_by_role("dialog").get_by_role("button", name="退回", exact=True).click()
    expect(city.get_by_role("status").first).to_contain_text("已退回")
    county.goto(f"{plan}edit/")
    county.get_by_label("负责人").fill("王红，团委书记")
    county.get_by_role("button", name="保存草稿").click()
    expect(county.locator(".messages")).to_contain_text("已保存")

    stranger.goto(answer)
    expect(stranger.get_by_text("内容自上报以来已有变化")).to_be_visible()
    look(stranger, "verify-changed")
    stranger.goto("/verify/XXXX-XXXX-XXXX-XXXX-XXXX/")
    expect(stranger.get_by_text("没有查到这个编码")).to_be_visible()
    look(stranger, "verify-wrong")
