"""The auditor looks for what a county did, opens it, takes it away as a file, and finds that in the log too."""

from playwright.sync_api import Page, expect


def test_auditor_finds_a_change_and_takes_the_list_away(visit, look):
    visit("nanhu", at="/plans/")
    auditor: Page = visit("auditor")
    auditor.get_by_role("link", name="操作日志").first.click()
    look(auditor, "audit-acts")
    auditor.get_by_label("人员（姓名或账号）").fill("nanhu")
    auditor.get_by_role("button", name="筛选").click()
    expect(auditor.locator(".log-table tbody tr").first).to_contain_text("登录")
    with auditor.expect_download() as download:
        auditor.get_by_role("link", name="导出 csv").click()
    assert download.value.suggested_filename.startswith("操作记录-")

    auditor.get_by_role("link", name="数据变更").click()
    look(auditor, "audit-changes")
    auditor.locator(".log-table tbody a").first.click()
    look(auditor, "audit-change")

    auditor.goto("/audit/?verb=export")
    expect(auditor.locator(".log-table tbody tr").first).to_contain_text("操作日志·操作记录")


def test_auditors_pages_on_a_phone(visit, look):
    auditor = visit("auditor", width=360)
    for name, address in {"acts": "/audit/", "changes": "/audit/changes/", "seals": "/audit/seals/", "packs": "/audit/packs/"}.items():
        auditor.goto(address)
        look(auditor, f"audit-{name}")
    auditor.goto("/audit/?since=abc&organization=没有这里")
    expect(auditor.get_by_text("请填写正确的日期，例如 2026-11-25。").first).to_be_visible()
    look(auditor, "audit-error")
