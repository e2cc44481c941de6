"""A county reports what it issued, set up and carried out to supervise the work; the city receives it; the figures follow at once."""

from playwright.sync_api import expect

from tests.browser.figures import covered

FACTS = ("出台督导办法", "成立督导机构", "开展工作督导")


def test_county_reports_and_city_receives(visit, look):
    city = visit("city")
    before = [covered(city, fact) for fact in FACTS]

    county = visit("jingkai", at="/supervision/")
    county.get_by_role("button", name="开始填报").first.click()
    county.get_by_label("文件名称").fill("经开区少先队工作督导办法")
    county.get_by_label("印发日期").fill("2030-01-01")
    county.get_by_role("button", name="保存并核对").click()
    expect(county.get_by_role("alert")).to_contain_text("印发日期")
    look(county, "supervision-refused")
    county.get_by_label("印发日期").fill("2013-03-01")
    county.get_by_label("机构名称").fill("经开区少先队督导组")
    county.get_by_label("负责人").fill("社发局分管领导")
    county.get_by_label("成立日期").fill("2013-03-10")
    inspection = county.locator("[data-formset-row]").last
    year = county.locator("h1").inner_text().split("年")[0][-4:]
    inspection.get_by_label("日期").fill(f"{year}-01-08")
    inspection.get_by_label("督导对象").fill("塘汇街道")
    inspection.get_by_label("发现的问题").fill("无")
    county.get_by_role("button", name="保存并核对").click()
    expect(county.locator(".messages")).to_contain_text("请核对")  # the draft's own saving goes first
    look(county, "supervision-checked")
    county.get_by_role("button", name="上报", exact=True).click()
    county.get_by_role("dialog").get_by_role("button", name="上报", exact=True).click()
    expect(county.locator(".messages")).to_contain_text("已上报")
    assert [covered(city, fact) for fact in FACTS] == before

    city.goto(county.url)
    city.get_by_role("button", name="接收", exact=True).click()
    city.get_by_role("dialog").get_by_role("button", name="接收", exact=True).click()
    expect(city.locator(".messages")).to_contain_text("已接收")
    look(city, "supervision-received")
    assert [covered(city, fact) for fact in FACTS] == [count + 1 for count in before]
