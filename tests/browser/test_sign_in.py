from playwright.sync_api import expect


def test_wrong_password_is_told_and_right_one_enters(visit, look):
    page = visit(None)
    look(page, "login")
    page.get_by_label("账号").fill("nanhu")
    page.locator("#id_password").fill("not-the-password")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确")
    look(page, "login-refused")
