"""A counselor registers the school's room on a phone, the county returns it, the counselor puts it right, the county confirms.

The figure of every level counts the room on the next page.
"""

from playwright.sync_api import Page, expect

from tests.browser.figures import covered


def test_room_is_registered_returned_put_right_and_confirmed(visit, look):
    counselor = visit("nanhu-school", at="/rooms/", width=360)
    look(counselor, "room-none")
    counselor.get_by_role("button", name="登记队室").click()
    counselor.get_by_role("textbox", name="位置").fill("教学楼二楼东侧")
    counselor.get_by_label("使用面积").fill("8")
    counselor.get_by_label("启用日期").fill("2012-09-01")
    boxes = counselor.locator("#id_items input[type=checkbox]")
    expect(counselor.locator("#missing")).to_contain_text("会议桌椅")
    for box in boxes.all():
        box.check()
    expect(counselor.locator("#missing")).to_contain_text("距标准还差 1 项")
    look(counselor, "room-form")
    counselor.get_by_role("button", name="保存并核对").click()
    expect(counselor.get_by_text("未达标准，不计入规范队室")).to_be_visible()
    submit(counselor)
    room = counselor.url

    county, city = visit("nanhu"), visit("city")
    before = [covered(page, "队室覆盖率") for page in (county, city)]
    county.goto("/rooms/?state=submitted")
    look(county, "rooms-waiting")
    county.goto(room)
    look(county, "room-waiting")
    county.get_by_role("link", name="退回").click()
    county.get_by_label("退回理由").fill("请核对面积")
    county.get_by_label("对“使用面积（平方米）”的意见").fill("图纸上是 28 平方米")
    look(county, "room-return")
    county.get_by_role("button", name="退回").click()
    expect(county.get_by_text("已退回，填报单位修改后可以重新上报。")).to_be_visible()

    counselor.goto("/desk/")
    counselor.get_by_role("link", name="队室被退回").click()
    counselor.get_by_role("link", name="继续填写").click()
    expect(counselor.get_by_text("图纸上是 28 平方米", exact=True)).to_be_visible()
    counselor.get_by_label("使用面积").fill("28")
    expect(counselor.locator("#missing")).to_contain_text("达到标准")
    look(counselor, "room-returned-form")
    counselor.get_by_role("button", name="保存并核对").click()
    submit(counselor)

    county.goto(room)
    county.get_by_role("button", name="确认", exact=True).click()
    county.get_by_role("dialog").get_by_role("button", name="确认", exact=True).click()
    expect(county.get_by_text("已计入规范队室")).to_be_visible()
    look(county, "room-confirmed")
    assert [covered(page, "队室覆盖率") for page in (county, city)] == [count + 1 for count in before]


def submit(page: Page) -> None:
    """The button on the page opens a dialog; the one in the dialog does it."""
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已提交，等待上级少先队组织确认。")).to_be_visible()
