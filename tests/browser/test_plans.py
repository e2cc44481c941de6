"""Work plans as their people handle them: the county drafts and submits, the city returns, the county revises, the city approves."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import sign_in

PDF = {"name": "方案正文.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"}
RENAMED = {"name": "照片.pdf", "mimeType": "application/pdf", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(32)}
WAIT = 15_000


def submit(page: Page) -> None:
    page.get_by_role("button", name="上报", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="上报").click()
    expect(page.get_by_role("status").first).to_contain_text("已上报")


def written(page: Page, label: str) -> Locator:
    """The editor of a part, once it stands where the text area was."""
    return page.get_by_label(label).and_(page.locator("[contenteditable]"))


def drafts(page: Page) -> None:
    """The draft of the open year, from the list."""
    page.get_by_role("link", name="继续填报").first.click()
    page.get_by_role("link", name="继续填写").click()


@pytest.mark.parametrize(("username", "unit", "width"), [("nanhu", "南湖区", 1440), ("jingkai", "经开区", 360)])
def test_plan_goes_from_draft_to_approval(visit, look, username, unit, width):
    county = visit(username, at="/plans/", width=width)
    look(county, f"plans-{username}-list")
    county.get_by_role("button", name="开始填报").click()
    expect(county.get_by_text("年方案的内容，日期顺延一年")).to_be_visible()

    # What is typed saves itself; a row that is added and removed leaves nothing behind.
    written(county, "目标任务").fill("村（社区）少先队组织覆盖率达到 80%以上。")
    county.get_by_role("button", name="增加一步").click()
    county.get_by_role("button", name=re.compile("移除")).last.click()
    expect(county.get_by_text(re.compile("已保存 \\d\\d:\\d\\d"))).to_be_visible(timeout=WAIT)
    look(county, f"plans-{username}-form")

    # A wrong file and a wrong date are told at their places, and nothing typed is lost.
    starts_on, ends_on = county.get_by_label("开始").first.input_value(), county.get_by_label("结束").first.input_value()
    county.get_by_label("结束").first.fill(f"{starts_on[:4]}-01-01")
    county.get_by_label("添加附件").set_input_files(RENAMED)
    expect(county.get_by_text("“照片.pdf”的内容与类型不符")).to_be_visible()
    county.get_by_role("button", name="保存草稿").click()
    expect(county.get_by_role("alert")).to_contain_text("结束日期不能早于开始日期。")
    expect(county.get_by_role("textbox", name="目标任务")).to_have_text("村（社区）少先队组织覆盖率达到 80%以上。")
    look(county, f"plans-{username}-refused")
    county.get_by_label("结束").first.fill(ends_on)
    county.get_by_label("添加附件").set_input_files(PDF)
    expect(county.get_by_text("已上传。")).to_be_visible()
    county.get_by_role("button", name="保存并核对").click()
    expect(county.get_by_role("link", name="方案正文.pdf")).to_be_visible()
    submit(county)
    look(county, f"plans-{username}-submitted")
    expect(county.get_by_text("请联系市少工委办公室退回")).to_be_visible()
    address = county.url

    city = visit("city", at="/plans/", width=width)
    look(city, f"plans-{username}-board")
    city.get_by_role("link", name=unit).click()
    assert city.url == address
    city.get_by_role("link", name="审阅").click()
    city.get_by_label("退回理由").fill("方案可行，请补充数量。")
    city.get_by_label("对“目标任务”的意见").fill("请分农村和社区写明。")
    look(city, f"plans-{username}-return")
    city.get_by_role("button", name="退回", exact=True).click()
    city.get_by_role("dialog").get_by_role("button", name="退回", exact=True).click()
    expect(city.get_by_role("status").first).to_contain_text("已退回")

    county.goto(address)
    look(county, f"plans-{username}-returned")
    county.get_by_role("link", name="继续填写").click()
    expect(county.locator("#id_goals_remarks")).to_contain_text("请分农村和社区写明。")
    written(county, "目标任务").fill("农村 80%，社区 90%。")
    county.get_by_role("button", name="保存并核对").click()
    submit(county)

    city.goto(address)
    city.get_by_role("link", name="审阅").click()
    expect(city.locator("ins", has_text="农村 80%").first).to_be_visible()
    city.get_by_role("button", name="通过").click()
    look(city, f"plans-{username}-approve")
    city.get_by_role("dialog").get_by_role("button", name="通过").click()
    expect(city.get_by_role("status").first).to_contain_text("已通过")
    look(city, f"plans-{username}-approved")


def test_words_typed_while_the_session_ends_come_back(visit, look):
    page = visit("tongxiang", at="/plans/")
    drafts(page)
    page.context.clear_cookies(name="sessionid")
    written(page, "工作措施").fill("登录过期时写的措施。")
    expect(page.get_by_text("登录已过期")).to_be_visible(timeout=WAIT)
    look(page, "plans-expired")
    page.get_by_role("link", name="重新登录").click()
    sign_in(page, "tongxiang")

    page.get_by_role("button", name="恢复填写的内容").click()
    expect(page.get_by_role("textbox", name="工作措施")).to_have_text("登录过期时写的措施。")
    expect(page.get_by_text(re.compile("已保存 \\d\\d:\\d\\d"))).to_be_visible(timeout=WAIT)
    page.reload()
    expect(page.get_by_role("textbox", name="工作措施")).to_have_text("登录过期时写的措施。")
    expect(page.get_by_role("button", name="恢复填写的内容")).to_have_count(0)


def test_plan_is_submitted_without_javascript_and_over_an_ended_session(visit):
    page = visit("gangqu", at="/plans/", javascript=False)
    drafts(page)
    page.get_by_label("工作措施").fill("没有脚本时写的措施。")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("您刚才填写的内容已为您保留")).to_be_visible()
    sign_in(page, "gangqu")
    expect(page.get_by_label("工作措施")).to_have_value("没有脚本时写的措施。")

    page.get_by_role("button", name="保存并核对").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写负责人。")
    page.get_by_label("保障机制").fill("每学期召开一次联席会议。")
    page.get_by_label("负责人").fill("李明，少工委主任")
    page.get_by_role("button", name="保存并核对").click()
    page.locator("summary", has_text="上报").click()
    page.locator("#submit").get_by_role("button", name="上报").click()
    expect(page.get_by_role("status").first).to_contain_text("已上报")
