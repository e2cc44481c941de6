"""The joint conference from its members to a task on the plan, at a desk and on a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

TODAY = timezone.localdate()


@pytest.fixture
def see(look):
    """At a desk and on a phone."""

    def look_at(page: Page, name: str) -> None:
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            look(page, f"conference-{name}")

    return look_at


def register(page: Page) -> None:
    page.get_by_role("link", name="登记成员").click()
    page.get_by_label("姓名").fill("陆明")
    page.get_by_label("团委", exact=True).check()
    page.get_by_label("职务").fill("海盐县团委书记")
    page.get_by_role("button", name="保存").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_unit_meets_and_what_it_decides_is_a_task(visit, see, javascript):
    """海盐县 has an approved plan for this year, so what is decided there is a task of it at once."""
    unit, member = ("haiyan", "陆明") if javascript else ("haining", "陆明")
    page = visit(unit, width=1440 if javascript else 360, javascript=javascript)
    look = see if javascript else lambda *_: None
    page.goto("/conferences/")
    look(page, "unit")
    register(page)
    expect(page.get_by_text(f"已登记成员{member}。")).to_be_visible()

    page.get_by_role("link", name="安排会议").click()
    title = "统筹城乡队建专题联席会议"
    page.get_by_label("会议名称").fill("")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写会议名称。")
    look(page, "call")
    page.get_by_label("会议名称").fill(title)
    page.get_by_label("日期").fill(str(TODAY))
    page.get_by_label("时间").fill("09:30")
    page.get_by_label("地点").fill("三楼会议室")
    page.get_by_label("议题").fill("研究队室建设\n部署寒假活动")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)

    page.get_by_role("link", name="记录纪要").first.click()
    group = page.get_by_role("group", name="陆明")
    group.get_by_label("请假").check()
    editor = page.locator("#id_minutes") if not javascript else page.locator(".ProseMirror")
    editor.fill("会议同意寒假活动安排。")
    look(page, "minutes")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("会议同意寒假活动安排。")).to_be_visible()
    look(page, "recorded")

    page.get_by_role("link", name="登记事项").click()
    page.get_by_label("议定事项").fill("各镇报送寒假活动安排")
    page.get_by_label("负责").select_option("教育局")
    page.get_by_label("完成时限").fill(str(TODAY + timedelta(days=30)))
    look(page, "decision")
    page.get_by_role("button", name="保存").click()

    page.locator("#confirm > summary").click()
    look(page, "confirm")
    page.locator("#confirm").get_by_role("button", name="确认纪要").or_(
        page.get_by_role("dialog").get_by_role("button", name="确认纪要")
    ).first.click()
    expect(page.get_by_text("1 项议定事项已列为")).to_be_visible()
    expect(page.get_by_text("纪要已经确认，不能再修改。")).to_be_visible()
    look(page, "confirmed")
    page.locator(".decision-task").click()
    expect(page.get_by_text("各镇报送寒假活动安排").first).to_be_visible()
    expect(page.get_by_text(title).first).to_be_visible()
    look(page, "task")


def test_city_sees_all_ten(visit, see):
    page = visit("city")
    page.get_by_role("link", name="联席会议").first.click()
    expect(page.locator("tbody tr")).to_have_count(10)
    see(page, "list")
    page.get_by_role("link", name="秀洲区").click()
    expect(page.get_by_role("link", name="登记成员")).to_have_count(0)
    see(page, "unit-city")
