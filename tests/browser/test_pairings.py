"""Job 4: a school finds another and invites it, the other accepts on a phone, both counties confirm; and an exchange without JavaScript."""

from playwright.sync_api import Page, expect

OWN_SCHOOL = """
SELECT o.name FROM organizations_organization o JOIN organizations_roleholding h ON h.organization_id = o.id
JOIN accounts_user_groups g ON g.group_id = h.group_id JOIN accounts_user u ON u.id = g.user_id WHERE u.username = %s
"""


def test_school_invites_another_which_accepts_and_both_counties_confirm(portal, visit, look):
    [(partner,)] = portal.sql(OWN_SCHOOL, ("gangqu-school",))
    proposer = visit("nanhu-school", at="/pairings/")
    look(proposer, "pairings")
    proposer.get_by_role("link", name="发起结对").click()
    look(proposer, "pairing-search")
    proposer.get_by_label("报送单位").select_option("全市")
    proposer.get_by_label("学校或镇（街道）名称").fill(partner)
    expect(proposer.locator("#results li")).to_have_count(1)
    look(proposer, "pairing-found")
    proposer.get_by_role("button", name=partner).click()
    expect(proposer.get_by_role("heading", level=1)).to_contain_text(partner)
    write(proposer)
    look(proposer, "pairing-form")
    proposer.get_by_role("button", name="保存并核对").click()
    confirm(proposer, "发出邀请")
    expect(proposer.get_by_text(f"邀请已发出，等待{partner}接受。")).to_be_visible()
    pairing = proposer.url

    invited = visit("gangqu-school", at="/pairings/", width=360)
    look(invited, "pairings")
    invited.goto(pairing)
    look(invited, "pairing-invitation")
    confirm(invited, "接受邀请")
    expect(invited.get_by_text("已接受邀请。")).to_be_visible()

    for unit in ("gangqu", "nanhu"):
        county = visit(unit, at="/pairings/?turn=mine")
        look(county, "pairings-waiting")
        county.goto(pairing)
        confirm(county, "确认")
        expect(county.get_by_text("已确认。")).to_be_visible()
    proposer.goto(pairing)
    expect(proposer.get_by_role("list", name="办理进度").get_by_text("等待")).to_have_count(0)
    look(proposer, "pairing-confirmed")

    proposer.goto("/pairings/new/?county=&q=" + partner)
    proposer.get_by_role("button", name=partner).click()
    expect(proposer.get_by_role("alert")).to_contain_text("同一年度不能重复")
    look(proposer, "pairing-twice")


def test_exchange_is_registered_on_a_phone_without_javascript(visit, look):
    page = visit("tongxiang-school", at="/counselors/new/", width=360, javascript=False)
    page.get_by_role("button", name="选择").first.click()
    page.get_by_label("交流形式").select_option("挂职锻炼")
    page.get_by_label("常规管理").check()
    page.get_by_label("辅导员姓名").fill("沈芳")
    year = page.locator("#id_partner dd").first.inner_text()[:4]
    page.get_by_label("开始日期").fill(f"{year}-03-02")
    page.get_by_label("结束日期").fill(f"{year}-02-27")
    page.get_by_label("交流时数").fill("80")
    page.get_by_label("交流小结").fill("跟岗一个月，参与大队部日常工作。")
    page.get_by_role("button", name="保存并核对").click()
    expect(page.locator(".field-errors")).to_have_text("结束日期不能早于开始日期。")
    page.get_by_label("结束日期").fill(f"{year}-03-31")
    page.get_by_role("button", name="保存并核对").click()
    page.locator("#submit summary").click()
    page.locator("#submit").get_by_role("button", name="提交").click()
    expect(page.get_by_text("已提交，等待桐乡市确认。")).to_be_visible()

    county = visit("tongxiang", at="/counselors/?turn=mine")
    look(county, "exchanges-waiting")
    county.locator("tbody a").first.click()
    look(county, "exchange")


def write(page: Page) -> None:
    page.get_by_label("发展目标").fill("两校每学期共同开展两次大队活动。")
    page.get_by_label("发展计划").fill("组织共建、活动联办、资源共享。")
    page.get_by_label("推进步骤").fill("3月 启动\n12月 总结")
    year = page.locator("#id_partner dd").first.inner_text()[:4]
    page.get_by_label("开始日期").fill(f"{year}-03-01")
    page.get_by_label("结束日期").fill(f"{year}-12-31")


def confirm(page: Page, label: str) -> None:
    """The button on the page opens a dialog; the one in the dialog does it."""
    page.get_by_role("button", name=label, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()
