"""The city office says what is to be reached, by when and by whom; a county sees its way there, and the light that compares with it."""

import re

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

YEAR = localdate().year
# A story for each width, about an indicator that the demo gives no target: its key, its name, the county whose own target is set.
STORIES = [
    pytest.param(1440, "town_committee", "镇（街道）少工委建设", "海宁市", "haining", id="1440"),
    pytest.param(360, "counselor_training", "大队辅导员培训率", "桐乡市", "tongxiang", id="360"),
]


def set_the_citys_target(page: Page, label: str, percent: int) -> None:
    page.goto(f"/coverage/targets/?year={YEAR}")
    page.get_by_role("link", name="全市目标").click()
    page.get_by_label(f"{label}（%）").fill(str(percent))
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="确认保存").click()
    expect(page.get_by_role("status").first).to_be_visible()


def add_a_step(page: Page, key: str, percent: object) -> None:
    page.goto(f"/coverage/targets/?year={YEAR}")
    page.get_by_role("link", name="分步目标").click()
    page.get_by_label("指标").select_option(key)
    page.get_by_label("完成日期").fill(str(localdate()))
    page.get_by_label("目标（%）").fill(str(percent))
    page.get_by_role("button", name="保存").click()


def card(page: Page, label: str):
    return page.locator(".coverage-card", has=page.get_by_role("heading", name=label, exact=True))


@pytest.mark.parametrize(("width", "key", "label", "unit", "username"), STORIES)
def test_a_step_changes_the_path_and_the_light_of_a_county(visit, look, width, key, label, unit, username):
    city, county = visit("city", width=width), visit("nanhu", width=width)
    set_the_citys_target(city, label, 100)

    add_a_step(city, key, 99)
    expect(city.get_by_text(f"已增加 {localdate()} 达到 99% 的分步目标。")).to_be_visible()
    county.goto("/coverage/")
    expect(card(county, label)).to_contain_text("按进度目前应达到 99.0%，落后")
    expect(card(county, label)).to_have_class(re.compile("tone-(warning|danger)"))
    look(county, "coverage-behind")

    card(county, label).get_by_role("link").first.click()
    county.get_by_role("link", name="进度与测算").click()
    expect(county.get_by_label("指标").locator("[aria-current]")).to_be_in_viewport()  # a phone shows two of eleven tabs
    county.get_by_text("查看逐月数据").click()
    expect(county.get_by_role("table", name=f"南湖区{YEAR}年{label}逐月数据").get_by_role("row").last).to_contain_text("99.0%")
    look(county, "coverage-path")

    city.get_by_role("button", name=f"移除{label}{localdate().month}月{localdate().day}日的分步目标").click()
    expect(city.get_by_text(f"已移除 {localdate()} 的分步目标。")).to_be_visible()
    add_a_step(city, key, 1)
    county.goto("/coverage/")
    expect(card(county, label)).to_contain_text("按进度目前应达到 1.0%，进度正常")
    expect(card(county, label)).to_have_class(re.compile("tone-success"))
    look(city, "coverage-targets")


@pytest.mark.parametrize(("width", "key", "label", "unit", "username"), STORIES)
def test_a_county_of_its_own_kind_gets_a_target_of_its_own(visit, look, width, key, label, unit, username):
    city, county = visit("city", width=width), visit(username, width=width)
    city.goto(f"/coverage/targets/?year={YEAR}")
    city.get_by_role("link", name="单独目标").click()
    city.get_by_label("指标").select_option(key)
    city.get_by_label("报送单位").select_option(label=unit)
    city.get_by_label("目标（%）").fill("5")
    city.get_by_role("button", name="保存").click()
    expect(city.get_by_text("请填写单独设定的原因。").first).to_be_visible()
    expect(city.get_by_label("目标（%）")).to_have_value("5")
    look(city, "coverage-apart-refused")

    city.get_by_label("单独设定的原因").fill("新划入两个镇，当年起步。")
    city.get_by_role("button", name="保存").click()
    expect(city.get_by_text(f"已为{unit}设定 5% 的目标。")).to_be_visible()

    county.goto("/coverage/")
    expect(card(county, label)).to_contain_text("目标 5.0%")
    expect(card(county, label)).to_contain_text("已达到目标")
    county.get_by_role("link", name="目标", exact=True).click()
    expect(county.get_by_text(f"{unit} 5%（{YEAR}年起：新划入两个镇，当年起步。）")).to_be_visible()
    expect(county.get_by_role("button", name=re.compile("撤销|移除"))).to_have_count(0)
    look(county, "coverage-targets-county")


@pytest.mark.parametrize("width", [1440, 360])
def test_nonsense_is_refused_at_its_field(visit, look, width):
    page = visit("city", width=width)
    for percent, sentence in ((150, "目标应在 0 到 100 之间。"), (-5, "目标应在 0 到 100 之间。"), (99, "不能高于全年目标 80%。")):
        add_a_step(page, "organization", percent)
        field = page.get_by_label("目标（%）")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(re.escape(sentence)))
        expect(field).to_have_value(str(percent))
    look(page, "coverage-step-refused")
    page.get_by_label("完成日期").fill("0207-06-30")
    page.get_by_label("目标（%）").fill("60")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_label("完成日期")).to_have_accessible_description(re.compile("请核对年份。"))


@pytest.mark.parametrize(("width", "unit"), [(1440, "平湖市"), (360, "海盐县")])
def test_two_set_the_same_and_the_second_is_told(visit, look, width, unit):
    first, second = visit("city", width=width), visit("city", width=width)
    for page, percent in ((first, "60"), (second, "65")):
        page.goto(f"/coverage/targets/apart/?year={YEAR}")
        page.get_by_label("指标").select_option("organization")
        page.get_by_label("报送单位").select_option(label=unit)
        page.get_by_label("目标（%）").fill(percent)
        page.get_by_label("单独设定的原因").fill("起步较晚。")
    first.get_by_role("button", name="保存").click()
    expect(first.get_by_text(f"已为{unit}设定 60% 的目标。")).to_be_visible()

    second.get_by_role("button", name="保存").click()
    expect(second.get_by_text(f"{unit}这一年已有单独目标 60%（起步较晚。），请先撤销再设定。").first).to_be_visible()
    expect(second.get_by_label("目标（%）")).to_have_value("65")
    look(second, "coverage-apart-conflict")

    # Both take it away again: the second learns that it is gone.
    second.goto(f"/coverage/targets/?year={YEAR}")
    withdraw = f"撤销{unit}组织覆盖率的单独目标"
    first.get_by_role("button", name=withdraw).click()
    expect(first.get_by_text(f"已撤销{unit}的单独目标，恢复按全市目标对照。")).to_be_visible()
    second.get_by_role("button", name=withdraw).click()
    expect(second.get_by_text("这一条已经不在，可能刚由他人移除。")).to_be_visible()
