"""A county lead keeps the accounts of the county: opens one, gives and takes a role, hands a school over; at a desk and on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def look_twice(look) -> Callable[[Page, str], None]:
    """At a desk and on a phone."""

    def look_at(page: Page, name: str) -> None:
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            look(page, name)

    return look_at


def person(page: Page, name: str) -> None:
    page.goto("/people/")
    page.locator("main").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.parametrize("javascript", [True, False])
def test_county_opens_an_account_and_takes_its_role_away(visit, look_twice, javascript):
    """The page says first what the role would show; the code is shown once, opens the account, and dies with the role."""
    see = look_twice if javascript else lambda page, name: None
    name = "赵敏" if javascript else "钱敏"
    page = visit("nanhu", at="/people/", javascript=javascript)
    see(page, "people")
    page.get_by_role("link", name="开通账号").click()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("alert")).to_contain_text("姓名：请填写姓名。")
    see(page, "people-invite")
    page.get_by_label("姓名").fill(name)
    page.locator("#id_organization").select_option(label="南湖区")
    page.get_by_label("县（市、区）少工委工作人员").check()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text(re.compile(r"将可以查看 \d+ 所学校、122 个村（社区）"))).to_be_visible()
    see(page, "people-invite-confirm")
    page.get_by_role("button", name="确认开通").click()
    username, code = page.locator(".slip dd").all_inner_texts()
    see(page, "people-codes")

    newcomer = visit(None, at="/activate/", javascript=javascript)
    newcomer.get_by_label("账号").fill(username)
    newcomer.get_by_label("激活码").fill(code)
    for field in newcomer.locator("input[type=password]").all():
        field.fill("Chun-Feng-2026!")
    newcomer.locator("form button.btn-primary").click()
    newcomer.goto("/plans/")
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("工作方案")

    person(page, name)
    see(page, "people-person")
    page.get_by_role("link", name="收回").click()
    see(page, "people-revoke")
    (page.get_by_role("button", name="收回角色") if javascript else page.locator("#revoke > summary")).click()
    page.get_by_role("button", name="确认收回").click()
    expect(page.get_by_text(f"已收回{name}的南湖区 县（市、区）少工委工作人员，即时生效。")).to_be_visible()
    newcomer.goto("/plans/")
    expect(newcomer).to_have_url(re.compile("/login/"))


def test_a_list_is_checked_as_a_whole_and_opened_at_once(visit, look_twice):
    page = visit("nanhu", at="/people/bulk/")
    page.get_by_label("学校少先队大队辅导员").check()
    page.get_by_label("名单").fill("姓名\t账号\t学校\n王芳\t\t建设秀水小学\n李强\tnanhu-school\t没有的小学\t138\n")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("alert")).to_contain_text("2 行中有 1 行需要修改")
    expect(page.get_by_text("在您管理的学校中没有“没有的小学”")).to_be_visible()
    look_twice(page, "people-bulk-wrong")
    page.get_by_label("名单").fill("王芳,,建设秀水小学\n李强,,建设南溪小学,13800000000")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("将开通 2 个账号")
    look_twice(page, "people-bulk")
    page.get_by_role("button", name="确认开通").click()
    expect(page.locator(".slip")).to_have_count(2)
    look_twice(page, "people-bulk-codes")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载激活码表").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_a_school_is_handed_over_and_accounts_show_how_they_stand(visit, look_twice):
    page = visit("nanhu")
    page.get_by_role("link", name=re.compile("180 天没有登录的账号")).click()
    page.locator("main").get_by_role("link", name="胡国平").click()
    page.get_by_role("link", name="移交").click()
    look_twice(page, "people-handover")
    page.get_by_label("姓名").fill("周敏")
    page.get_by_label("同时停用移交人的账号").check()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("由胡国平移交给周敏")
    look_twice(page, "people-handover-confirm")
    page.get_by_role("button", name="确认移交").click()
    expect(page.locator(".slip")).to_have_count(1)

    person(page, "胡国平")
    expect(page.get_by_text("已停用", exact=True)).to_be_visible()
    look_twice(page, "people-disabled")
    page.get_by_role("button", name="恢复使用").click()
    page.get_by_role("button", name="确认恢复").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("胡国平的新激活码")

    person(page, "孙晓燕")
    page.get_by_role("link", name="调动").click()
    page.get_by_role("button", name="调动").click()
    page.get_by_role("button", name="确认调动").click()
    expect(page.get_by_role("alert")).to_contain_text("请选择收回还是保留。")
    look_twice(page, "people-move")


def test_city_looks_and_is_told_that_it_is_recorded(visit, look_twice):
    page = visit("city", at="/people/")
    expect(page.get_by_text("查看联系方式会留下记录")).to_be_visible()
    expect(page.get_by_role("link", name="开通账号")).to_have_count(0)
    look_twice(page, "people-city")
    page = visit("sysadmin", at="/people/?q=没有这个人")
    look_twice(page, "people-none")
