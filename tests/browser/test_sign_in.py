"""Coming in: the wrong password, the first time with an activation code, the second factor, and signing another browser out."""

import base64
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal import ROOT, Portal
from tests.factories.sign_in import code_of

PASSWORD = "Hongling-jin 2026"
ISSUE = """
from apps.accounts.models import User
from apps.accounts.services import activations
print(activations.issue(user=User.objects.get(username="{}"), by=None))
"""


def issue(portal: Portal, username: str) -> str:
    """An activation code, as the keeper of the account reads it out."""
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", ISSUE.format(username)]
    done = subprocess.run(command, cwd=ROOT, env=portal.environment, capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"#id_{name}").fill(value)


def test_wrong_password_is_told_and_right_one_enters(visit, look):
    page = visit(None)
    look(page, "login")
    page.get_by_label("账号").fill("nanhu")
    page.locator("#id_password").fill("not-the-password")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确")
    look(page, "login-refused")


@pytest.mark.parametrize(("username", "width"), [("haiyan-town", 1440), ("haiyan-school", 360)])
def test_from_the_activation_code_to_signing_another_browser_out(portal, visit, look, username, width):
    code = issue(portal, username)
    mine = visit(None, width=width)
    mine.get_by_role("link", name="用激活码设置密码").click()
    fill(mine, username=username, code="AAAA-BBBB-CCCC", new_password=PASSWORD, new_password_again=PASSWORD)
    mine.get_by_role("button", name="设置密码并登录").click()
    expect(mine.get_by_role("alert")).to_contain_text("账号或激活码不正确")
    look(mine, "activate-refused")
    expect(mine.get_by_label("账号")).to_have_value(username)
    fill(mine, code=code.lower(), new_password=PASSWORD, new_password_again=PASSWORD)
    mine.get_by_role("button", name="设置密码并登录").click()
    expect(mine.get_by_role("status").first).to_contain_text("密码已设置，您已登录。")

    mine.goto("/account/")
    look(mine, "account")
    mine.get_by_role("link", name="启用").click()
    key = base64.b32decode(mine.locator("code").inner_text().replace(" ", "")).hex()
    look(mine, "second-factor")
    fill(mine, code=code_of(key, steps=-1))
    mine.get_by_role("button", name="启用").click()
    expect(mine.get_by_role("heading", name="请保存恢复码")).to_be_visible()
    look(mine, "recovery-codes")
    recovery = mine.locator(".recovery-codes code").first.inner_text()
    mine.get_by_role("link", name="已保存，继续").click()

    other = visit(None, width=width)
    fill(other, username=username, password=PASSWORD)
    other.get_by_role("button", name="登录", exact=True).click()
    expect(other.get_by_role("heading", name="请输入验证码")).to_be_visible()
    look(other, "verify")
    fill(other, code="000000")
    other.get_by_role("button", name="继续").click()
    expect(other.get_by_role("alert")).to_contain_text("验证码不正确或已用过")
    fill(other, code=recovery)
    other.get_by_role("button", name="继续").click()
    expect(other.get_by_text("您用了一个恢复码，还剩 9 个。")).to_be_visible()

    mine.goto("/account/")
    expect(mine.get_by_role("row").filter(has_text="Chrome")).to_have_count(2)
    look(mine, "account-two-browsers")
    mine.get_by_role("button", name="退出 Chrome").click()
    expect(mine.get_by_role("status").first).to_contain_text("已退出 1 个登录。")
    other.goto("/desk/")
    expect(other.get_by_role("heading", name="登录")).to_be_visible()
    mine.goto("/desk/")
    expect(mine.get_by_role("heading", level=1).first).not_to_have_text("登录")
