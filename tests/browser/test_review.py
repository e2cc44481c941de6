"""Reviewing as both sides see it: remarks while reading, answers beside the fields, what changed, and the office's board."""

import re

import pytest
from playwright.sync_api import Page, expect

WAIT = 15_000
REMARK, ANSWER, FIGURE = "请写明农村的覆盖率。", "已写明农村和社区的覆盖率。", "农村覆盖率达到 85%，社区达到 90%。"


def open_review(page: Page, unit: str) -> None:
    page.goto("/plans/")
    page.get_by_role("link", name=unit, exact=True).click()
    page.get_by_role("link", name="审阅").click()


def press(page: Page, name: str) -> None:
    """A button that asks once more: a dialog with JavaScript, a disclosure without."""
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(("username", "unit", "width"), [("jiashan", "嘉善县", 1440), ("haining", "海宁市", 360)])
def test_remark_is_made_answered_and_resolved(visit, look, username, unit, width):
    city = visit("city", width=width)
    open_review(city, unit)
    city.get_by_label("对“目标任务”的意见").fill(REMARK)
    expect(city.get_by_text(re.compile("已保存 \\d\\d:\\d\\d"))).to_be_visible(timeout=WAIT)
    city.reload()
    expect(city.get_by_label("对“目标任务”的意见")).to_have_value(REMARK)
    press(city, "退回")
    expect(city.get_by_role("alert")).to_contain_text("请写明退回理由。")
    city.get_by_label("退回理由").fill("方案可行，请补充。")
    look(city, f"review-{username}-reading")
    press(city, "退回")
    expect(city.get_by_role("status").first).to_contain_text("已退回")

    county = visit(username, width=width)
    county.goto(city.url)
    county.get_by_role("link", name="继续填写").click()
    expect(county.locator("#id_goals_remarks")).to_contain_text(REMARK)
    county.get_by_role("textbox", name="目标任务").and_(county.locator("[contenteditable]")).fill(FIGURE)
    county.locator("#id_goals_remarks").get_by_label("答复").fill(ANSWER)
    expect(county.get_by_text(re.compile("已保存 \\d\\d:\\d\\d"))).to_be_visible(timeout=WAIT)
    look(county, f"review-{username}-answering")
    county.get_by_role("button", name="保存并核对").click()
    press(county, "上报")
    expect(county.get_by_role("status").first).to_contain_text("已上报")

    open_review(city, unit)
    expect(city.get_by_role("link", name="与上次阅看比较")).to_have_attribute("aria-current", "page")
    goals = city.locator("#read-goals")
    expect(goals.locator("ins").first).to_be_visible()
    expect(goals).to_contain_text(ANSWER)
    expect(city.locator("#read-duties .read-text")).to_be_hidden()  # not changed, so folded
    look(city, f"review-{username}-changed")
    goals.get_by_role("button", name="标为解决").click()
    expect(city.get_by_role("status").first).to_contain_text("已标为解决")
    press(city, "通过")
    expect(city.get_by_role("status").first).to_contain_text("已通过")
    city.get_by_role("link", name="定稿").click()
    expect(city.get_by_text(FIGURE)).to_be_visible()
    look(city, f"review-{username}-edition")


def test_plan_is_returned_and_approved_without_javascript(visit):
    city = visit("city", javascript=False)
    open_review(city, "平湖市")
    city.get_by_label("对“责任分工”的意见").fill("请写明到人。")
    city.get_by_label("退回理由").fill("请补充。")
    city.locator("summary", has_text="退回").click()
    city.locator("#send-back button").click()
    expect(city.get_by_role("status").first).to_contain_text("已退回")

    county = visit("pinghu", javascript=False)
    county.goto(city.url)
    county.get_by_role("link", name="继续填写").click()
    county.get_by_label("答复").fill("已写明到人。")
    county.get_by_role("button", name="保存并核对").click()
    county.locator("summary", has_text="上报").click()
    county.locator("#submit button").click()
    expect(county.get_by_role("status").first).to_contain_text("已上报")

    open_review(city, "平湖市")
    expect(city.get_by_text("已写明到人。").first).to_be_visible()
    city.locator("summary", has_text="通过").click()
    city.locator("#approve-review button").click()
    expect(city.get_by_role("status").first).to_contain_text("已通过")


@pytest.mark.parametrize("width", [1440, 360])
def test_office_reminds_those_who_have_not_handed_in(visit, look, width):
    city = visit("city", at="/plans/", width=width)
    look(city, f"board-{width}")
    city.get_by_label("状态").select_option(label="草稿")
    expect(city.get_by_role("link", name="清除条件")).to_be_visible()
    city.get_by_role("link", name="催办未上报的单位").click()
    look(city, f"remind-{width}")
    boxes = city.get_by_role("checkbox").all()
    for box in boxes:
        box.uncheck()
    chosen = boxes[0 if width == 1440 else -1]  # whoever is left: other stories hand in too
    chosen.check()
    unit = re.split(r"\W", chosen.evaluate("box => box.labels[0].innerText.trim()"))[0]
    city.get_by_role("button", name="发送催办").click()
    expect(city.get_by_role("status").first).to_contain_text(f"已催办 1 个单位：{unit}。")
    expect(city.get_by_role("row", name=re.compile(unit)).get_by_role("cell").last).to_contain_text(re.compile("\\d\\d:\\d\\d"))
    look(city, f"board-{width}-reminded")
