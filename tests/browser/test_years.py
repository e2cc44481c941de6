"""The reporting year: the city opens it, a county asks for more time, the year is closed, and what was wrong is put right."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

TODAY = date.today()  # noqa: DTZ011  the browser's and the server's day in tests is the machine's
NEXT = TODAY.year + 2  # the first year that the demo has not opened
LAST = TODAY.year - 1


def press(page: Page, name: str) -> None:
    """A button, and the same in the dialog that it opens."""
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


@pytest.fixture(scope="module")
def past(portal):
    """This year's supervision has closed, and last year is not closed yet; afterwards all is as the other stories expect it."""
    dates = "UPDATE years_window SET opens_on = %s, due_on = %s, closes_on = %s WHERE kind = 'supervision' AND year = %s"
    portal.sql(dates, (TODAY - timedelta(days=30), TODAY - timedelta(days=20), TODAY - timedelta(days=10), TODAY.year))
    portal.sql("UPDATE coverage_year SET closed_at = NULL WHERE year = %s", (LAST,))
    yield
    portal.sql(dates, (date(TODAY.year, 1, 1), date(TODAY.year, 12, 20), date(TODAY.year, 12, 31), TODAY.year))
    portal.sql("UPDATE coverage_year SET closed_at = now() WHERE year = %s AND closed_at IS NULL", (LAST,))


@pytest.mark.parametrize("width", [1440, 360])
def test_city_opens_a_year_in_one_page(visit, look, width):
    year, unit = (NEXT, "港区") if width == 1440 else (NEXT + 1, "经开区")
    page = visit("city", at="/years/", width=width)
    look(page, "years-list")
    page.goto(f"/years/{year}/")
    page.get_by_role("link", name="开放年度").first.click()
    look(page, "years-settings")

    # What is wrong is told at its place; what will happen, before it is saved.
    plans = page.locator("#plans")
    plans.get_by_label("上报期限").fill(f"{year - 1}-12-01")
    plans.get_by_label("开始日期").fill(f"{year}-01-01")
    plans.get_by_label(unit, exact=True).uncheck()
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("alert")).to_contain_text("上报期限不能早于开始日期。")
    expect(page.get_by_role("alert")).to_contain_text(f"{unit}不报送工作方案的，请写明原因。")
    look(page, "years-settings-refused")
    plans.get_by_label("上报期限").fill(f"{year}-04-10")
    plans.get_by_label(f"{unit}免报原因").fill("由市里统一安排")
    page.get_by_label("组织覆盖率（%）").fill("90")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_text(f"个单位会看到并可以填报{year}年工作方案。")).to_be_visible()
    expect(page.get_by_text("组织覆盖率的目标由").first).to_be_visible()
    look(page, "years-confirm")
    page.get_by_role("button", name="确认保存").click()
    expect(page.get_by_role("status").first).to_contain_text(f"{year}年度已开放。")
    look(page, "years-opened")

    page.get_by_role("link", name="修改模板").click()
    page.get_by_label("移除这一部分").last.check()
    page.get_by_label("标题").last.fill(f"{year}年经费")
    look(page, "template")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name=f"{year}年经费")).to_be_visible()


def test_due_day_that_comes_too_soon_is_confirmed_knowingly(visit, look):
    page = visit("city", at=f"/years/{TODAY.year + 1}/settings/")
    plans = page.locator("#plans")
    plans.get_by_label("开始日期").fill(TODAY.isoformat())
    plans.get_by_label("上报期限").fill((TODAY + timedelta(days=3)).isoformat())
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_text("距今天只有 3 天，少于 14 天。")).to_be_visible()
    page.get_by_role("button", name="确认保存").click()
    expect(page.get_by_text("请先确认已知悉上面的提醒。").first).to_be_visible()
    look(page, "years-confirm-hasty")
    page.get_by_role("button", name="返回修改").click()
    expect(plans.get_by_label("上报期限")).to_have_value((TODAY + timedelta(days=3)).isoformat())


def test_year_is_opened_without_javascript(visit):
    page = visit("city", at=f"/years/{NEXT + 5}/settings/", javascript=False)
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="确认保存").click()
    expect(page.get_by_role("status").first).to_contain_text(f"{NEXT + 5}年度已开放。")


def test_county_asks_for_more_time_and_hands_in_late(visit, look, past):
    county = visit("nanhu")
    county.get_by_role("link", name=f"{TODAY.year}年督导情况没有上报").click()
    county.get_by_label("希望延至").fill(TODAY.isoformat())
    county.get_by_role("button", name="提交申请").click()
    expect(county.get_by_role("alert")).to_contain_text("请填写申请理由。")
    county.get_by_label("申请理由").fill("年底督导推迟。")
    look(county, "extension-ask")
    county.get_by_role("button", name="提交申请").click()
    expect(county.get_by_role("status").first).to_contain_text("申请已提交")

    city = visit("city", at="/years/extensions/")
    look(city, "extensions")
    city.get_by_role("link", name="南湖区").click()
    city.get_by_role("link", name="答复").click()
    city.get_by_label("批准延至").fill((TODAY + timedelta(days=5)).isoformat())
    look(city, "extension-answer")
    city.get_by_role("button", name="批准", exact=True).click()
    expect(city.get_by_role("status").first).to_contain_text("按逾期记录")
    look(city, "extension-granted")

    county.goto("/supervision/")
    county.get_by_role("link", name="查看内容").first.click()
    press(county, "上报")
    expect(county.get_by_role("status").first).to_contain_text("按逾期记录")
    look(county, "extension-late")


def test_application_is_withdrawn_made_again_and_refused(portal, visit, look, past):
    portal.sql(  # another story may have handed it in
        "UPDATE supervision_supervisionreport r SET state = 'draft' FROM organizations_organization o, years_window w "
        "WHERE o.id = r.organization_id AND w.id = r.window_id AND o.name = '经开区' AND w.year = %s",
        (TODAY.year,),
    )
    county = visit("jingkai", at="/years/extensions/", width=360)
    county.get_by_role("link", name="经开区").first.click()
    look(county, "extension-own")
    press(county, "撤回")
    expect(county.get_by_role("status").first).to_contain_text("申请已撤回。")
    county.goto(f"/years/{TODAY.year}/")
    look(county, "years-county")
    county.get_by_role("link", name="申请延期").first.click()
    county.get_by_label("申请理由").fill("塘汇街道两所学校搬迁。")
    county.get_by_label("希望延至").fill((TODAY + timedelta(days=60)).isoformat())
    look(county, "extension-ask")
    county.get_by_role("button", name="提交申请").click()
    expect(county.get_by_role("status").first).to_contain_text("申请已提交")

    city = visit("city", width=360)
    city.get_by_role("link", name="经开区申请").click()
    city.get_by_role("link", name="答复").click()
    city.get_by_role("button", name="不批准").click()
    expect(city.get_by_role("alert")).to_contain_text("不批准的，请写明理由。")
    look(city, "extension-refused")
    city.get_by_label("答复").fill("全市已汇总，请并入下一年。")
    city.get_by_role("button", name="不批准").click()
    expect(city.get_by_role("status").first).to_contain_text("已答复不予批准。")


@pytest.mark.parametrize("width", [1440, 360])
def test_closed_year_is_corrected_piece_by_piece(portal, visit, look, past, width):
    city = visit("city", width=width)
    if width == 1440:
        city.goto(f"/years/{LAST}/close/")
        look(city, "years-close")
        city.get_by_label("输入年度确认关闭").fill(str(LAST))
        city.get_by_role("button", name=f"关闭{LAST}年度").click()
        expect(city.get_by_role("status").first).to_contain_text(f"{LAST}年度已关闭。")
    city.goto(f"/years/{LAST}/")
    look(city, "years-closed")

    unit = "嘉善县" if width == 1440 else "海盐县"
    city.goto(f"/supervision/?year={LAST}")
    city.get_by_role("link", name=unit).click()
    address = city.url
    county = visit("jiashan" if width == 1440 else "haiyan", width=width)
    county.goto(address)
    expect(county.get_by_text("由其登记原因后重新开放")).to_be_visible()
    look(county, "years-locked")

    city.goto(f"/years/{LAST}/")
    city.locator("#supervision").get_by_text("重新开放已上报的材料").click()
    city.locator("#supervision").get_by_role("listitem").filter(has_text=unit).get_by_role("link", name="重新开放").click()
    city.get_by_label("更正原因").fill("第二次督导的日期写错了。")
    city.get_by_label("开放至").fill((TODAY + timedelta(days=7)).isoformat())
    look(city, "years-reopen")
    city.get_by_role("button", name="重新开放").click()
    expect(city.get_by_role("status").first).to_contain_text("重新开放至")

    county.goto(address)
    expect(county.get_by_text("更正：第二次督导的日期写错了。").first).to_be_visible()
    press(county, "上报")
    expect(county.get_by_role("status").first).to_contain_text("已上报")
    city.goto(address)
    press(city, "接收")
    expect(city.get_by_role("status").first).to_contain_text("已接收")

    city.goto(f"/years/{LAST}/facts/")
    city.get_by_label("单位名称或代码").fill("社区")
    city.get_by_role("button", name="查找").click()
    look(city, "years-facts")
    city.get_by_role("link", name="更正").nth(3).click()
    city.get_by_label("更正原因").fill("小队已成立，漏登。")
    look(city, "years-correct")
    city.get_by_role("button", name="更正", exact=True).click()
    expect(city.get_by_role("status").first).to_contain_text("上级各项数字已随之更新")
    look(city, "years-corrected")
