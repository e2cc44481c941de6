"""What one does, the other is told: the county submits and the city's bell rings, the city returns and the county gets a mail."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

PERSON, UNIT = "shizhi", "市教育局团委"


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Load the page again until it is so: the worker tells people when the act is done."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited too long"
        page.wait_for_timeout(200)
        page.reload()


def unread(page: Page) -> int:
    count = page.locator(".bell-count:visible")
    return int(re.sub(r"\D", "", count.inner_text())) if count.count() else 0


def test_both_people_learn_what_the_other_did(portal, visit, look):
    county = visit(PERSON, width=360)
    city = visit("city")
    before = unread(city)

    # The county wants to hear of everything at once, at any hour.
    county.get_by_role("link", name=re.compile("^通知")).click()
    county.get_by_role("link", name="通知设置").click()
    look(county, "notices-settings")
    county.get_by_label("随时发送").check()
    county.get_by_label("从", exact=True).fill("")
    county.get_by_label("到", exact=True).fill("")
    county.get_by_role("button", name="保存设置").click()
    expect(county.get_by_role("status").first).to_contain_text("通知设置已保存。")
    county.get_by_role("button", name="发送测试邮件").click()
    expect(county.get_by_role("status").first).to_contain_text(f"测试邮件已发到 {PERSON}@demo.example")
    assert [mail["Subject"] for mail in portal.mailbox.mails if mail["To"] == f"{PERSON}@demo.example"] == ["测试消息"]

    county.goto("/plans/")
    county.get_by_role("button", name="开始填报").click()
    county.get_by_role("button", name="保存并核对").click()
    county.get_by_role("button", name="上报", exact=True).click()
    county.get_by_role("dialog").get_by_role("button", name="上报").click()
    expect(county.get_by_role("status").first).to_contain_text("已上报")
    address = county.url

    until(city, lambda: unread(city) == before + 1)
    look(city, "notices-bell")
    city.get_by_role("link", name=re.compile("^通知")).click()
    line = city.get_by_role("listitem").filter(has_text=UNIT).first
    expect(line).to_contain_text("未读")
    look(city, "notices-inbox")
    line.get_by_role("button", name=re.compile(f"^{UNIT}.*待审核$")).click()
    assert city.url == address
    assert unread(city) == before

    city.get_by_role("link", name="审阅").click()
    city.get_by_label("退回理由").fill("请补充数量。")
    city.get_by_role("button", name="退回", exact=True).click()
    city.get_by_role("dialog").get_by_role("button", name="退回", exact=True).click()
    expect(city.get_by_role("status").first).to_contain_text("已退回")

    until(county, lambda: unread(county) == 1)
    until(county, lambda: any("被退回" in mail["Subject"] for mail in portal.mailbox.mails))
    [mail] = [mail for mail in portal.mailbox.mails if "被退回" in mail["Subject"]]
    assert mail["To"] == f"{PERSON}@demo.example"
    assert "请补充数量。" in mail.get_body(("plain",)).get_content()
    county.get_by_role("link", name=re.compile("^通知")).click()
    look(county, "notices-inbox")
    county.get_by_role("button", name=re.compile(f"^{UNIT}.*被退回$")).click()
    assert county.url == address


def test_notices_are_read_without_javascript(visit, look):
    page = visit("xiuzhou", at="/notices/?state=unread", width=360, javascript=False)
    expect(page.get_by_role("listitem").filter(has_text="被退回").first).to_be_visible()
    page.get_by_role("button", name=re.compile("全部标为已读|筛选出的标为已读")).click()
    expect(page.get_by_role("status").first).to_contain_text("条通知已标为已读。")
    expect(page.get_by_text("没有符合条件的通知")).to_be_visible()
    page.goto("/notices/?state=read")
    page.get_by_role("button", name=re.compile("被退回$")).first.click()
    expect(page).to_have_url(re.compile("/(plans|supervision)/\\d+/$"))


@pytest.mark.parametrize("width", [1440, 360])
def test_robots_and_what_was_sent(visit, look, width):
    page = visit("city", at="/notices/robots/", width=width)
    look(page, "notices-robots")
    page.get_by_role("link", name="添加").click()
    page.get_by_label("群名称").fill("测试群")
    page.get_by_label("Webhook 地址").fill("http://127.0.0.1:6379/")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert").first).to_contain_text("以 https://oapi.dingtalk.com 开头")
    look(page, "notices-robot-refused")
    page.goto("/notices/deliveries/?state=undelivered")
    look(page, "notices-deliveries")
    page.get_by_role("row").filter(has_text="可能已送达").get_by_role("link").first.click()
    expect(page.get_by_text("平台不会自动重发")).to_be_visible()
    look(page, "notices-delivery")
