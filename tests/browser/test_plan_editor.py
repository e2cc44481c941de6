"""Writing a plan in the editor: typing, pasting from Word, saving by itself, two people at once, and all of it without scripts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in

WAIT = 15_000
SAVED = re.compile(r"已保存 \d\d:\d\d")
WORD = (Path(__file__).parent / "word.html").read_text()
PASTE = """(field, html) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", "只有文字");
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def draft(page: Page) -> None:
    """From the list of plans: the draft of the open year in its form; begun now if it was not."""
    if page.get_by_role("button", name="开始填报").count():
        page.get_by_role("button", name="开始填报").click()
    else:
        page.get_by_role("link", name="继续填报").first.click()
        page.get_by_role("link", name="继续填写").click()


def part(page: Page, label: str):
    """The editor itself, once it is there: the text area that it replaces has the same name."""
    return page.get_by_role("textbox", name=label).and_(page.locator("[contenteditable]"))


def clear(page: Page, label: str) -> None:
    """Everything out of an editor, also a list or a table that it begins with."""
    part(page, label).click()
    for _ in range(3):
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
    page.locator(".editor", has=part(page, label)).get_by_role("button", name="清除格式").click()


def kept(page: Page) -> None:
    """The next save of the draft by itself has come back."""
    page.wait_for_timeout(2500)
    saved(page)


def html_of(page: Page, key: str) -> str:
    return page.locator(f"[name={key}__html]").input_value()


def saved(page: Page) -> None:
    expect(page.get_by_text(SAVED)).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize("width", [1440, 360])
def test_structure_is_typed_with_buttons_and_keys(visit, look, width):
    page = visit("shizhi" if width > 360 else "xiuzhou", at="/plans/", width=width)
    draft(page)
    goals = part(page, "目标任务")
    clear(page, "目标任务")
    bar = page.get_by_role("toolbar").nth(1)
    bar.get_by_role("button", name="标题", exact=True).click()
    expect(bar.get_by_role("button", name="标题", exact=True)).to_have_attribute("aria-pressed", "true")
    goals.press_sequentially("一、总体目标")
    goals.press("Enter")
    bar.get_by_role("button", name="编号").click()
    goals.press_sequentially("组织覆盖")
    goals.press("Enter")
    goals.press("Control+b")
    goals.press_sequentially("队室")
    goals.press("Control+b")
    goals.press("Enter")
    goals.press("Enter")
    bar.get_by_role("button", name="插入表格").click()
    goals.press_sequentially("指标")
    bar.get_by_role("button", name="删列").click()
    bar.get_by_role("button", name="删行").click()
    goals.press_sequentially("八成")
    assert html_of(page, "goals").startswith(
        "<h3>一、总体目标</h3><ol><li><p>组织覆盖</p></li><li><p><strong>队室</strong></p></li></ol>"
        "<table><tbody><tr><td><p>八成</p></td><td><p></p></td></tr><tr><td><p></p></td><td><p></p></td></tr></tbody></table>"
    )
    expect(page.locator(".editor", has=goals).locator("[data-editor-count]")).to_have_text("14/8000 字")
    saved(page)
    look(page, "plan-editor-typed")
    bar.get_by_role("button", name="撤销").click()
    assert "八成" not in html_of(page, "goals")
    bar.get_by_role("button", name="重做").click()
    assert "八成" in html_of(page, "goals")

    # The toolbar is one stop of the Tab key; arrows lead from button to button, Escape back into the text.
    goals.press("Shift+Tab")
    page.keyboard.press("Home")
    expect(bar.get_by_role("button", name="标题", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(bar.get_by_role("button", name="小标题")).to_be_focused()
    page.keyboard.press("Escape")
    expect(goals).to_be_focused()


def test_paste_from_word_keeps_the_structure_and_drops_the_mess(visit, look):
    page = visit("shizhi", at="/plans/")
    draft(page)
    measures = part(page, "工作措施")
    clear(page, "工作措施")
    measures.evaluate(PASTE, WORD)
    assert html_of(page, "measures") == (
        "<h3>一、加强组织建设</h3>"
        "<p><strong>重点是农村。</strong>以雏鹰假日小队为抓手，覆盖率达到<u>80%</u>以上。</p>"
        "<p>这句是新加的。</p>"
        "<ol><li><p>组建小队</p><ul><li><p>每村一支</p></li></ul></li><li><p>聘请<strong>志愿辅导员</strong></p></li></ol>"
        "<h4>（一）健全新居民子女学校组织</h4>"
        "<p>1、同编组，同活动。</p>"
        '<table><tbody><tr><td colspan="2"><p><strong>指标</strong></p></td><td><p></p></td></tr>'
        "<tr><td><p>队室</p></td><td><p>36</p></td><td><p>100%</p></td></tr></tbody></table>"
    )
    expect(page.get_by_text("图片不能放在正文里，没有粘贴。请作为附件上传。")).to_be_visible()
    saved(page)
    look(page, "plan-editor-pasted")
    pasted = html_of(page, "measures")
    page.reload()
    assert html_of(page, "measures") == pasted  # what the server kept


def test_words_survive_the_end_of_the_session(visit):
    """Typed in the editor while the session ended: kept in this browser with their structure, and back after signing in."""
    page = visit("tongxiang", at="/plans/")
    draft(page)
    page.context.clear_cookies(name="sessionid")
    part(page, "保障机制").press_sequentially("1. 少工委牵头")
    expect(page.get_by_text("登录已过期")).to_be_visible(timeout=WAIT)
    page.get_by_role("link", name="重新登录").click()
    sign_in(page, "tongxiang")
    page.get_by_role("button", name="恢复填写的内容").click()
    assert html_of(page, "safeguards") == "<ol><li><p>少工委牵头</p></li></ol>"
    saved(page)
    page.reload()
    assert html_of(page, "safeguards") == "<ol><li><p>少工委牵头</p></li></ol>"


@pytest.mark.parametrize(("width", "choice", "kept_of_theirs"), [(1440, "两份都留下，我来整理", True), (360, "用我写的", False)])
def test_two_people_at_one_plan_keep_what_each_wrote(visit, look, width, choice, kept_of_theirs):
    first, second = visit("xiuzhou", at="/plans/", width=width), visit("xiuzhou", at="/plans/", width=width)
    draft(first)
    draft(second)
    for page in (first, second):
        clear(page, "工作措施")
    saved(first)
    part(first, "工作措施").press_sequentially(f"甲的措施{width}")
    part(first, "指导思想").fill(f"甲的指导思想{width}")
    expect(first.locator("[name=measures__html]")).to_have_value(f"<p>甲的措施{width}</p>")
    kept(first)

    # What only the first changed is taken over; what both changed waits for a choice, side by side.
    part(second, "保障机制").fill(f"乙的保障{width}")
    part(second, "工作措施").press_sequentially(f"乙的措施{width}")
    expect(second.locator("[data-save-status]")).to_contain_text("也修改了“工作措施”，与您写的不一样。", timeout=WAIT)
    expect(part(second, "指导思想")).to_have_text(f"甲的指导思想{width}")
    note = second.locator("#id_measures_theirs")
    expect(note).to_contain_text(f"甲的措施{width}")
    look(second, "plan-editor-collision")
    second.get_by_role("button", name=choice).click()
    saved(second)
    expect(note).to_have_count(0)
    theirs = f"甲的措施{width}" if kept_of_theirs else ""
    assert html_of(second, "measures") == f"<p>乙的措施{width}</p>" + (f"<p>{theirs}</p>" if theirs else "")

    # The first, whose page is old by now, types on elsewhere and gets the rest.
    first.get_by_label("联系人及电话").fill(f"甲，{width}")
    expect(part(first, "保障机制")).to_have_text(f"乙的保障{width}", timeout=WAIT)
    expect(part(first, "工作措施")).to_have_text(f"乙的措施{width}{theirs}")
    second.reload()
    expect(second.get_by_label("联系人及电话")).to_have_value(f"甲，{width}")


def test_the_list_of_what_is_left_follows_every_save(visit, look):
    page = visit("shizhi", at="/plans/")
    draft(page)
    progress = page.get_by_role("complementary", name="填写进度")
    expect(progress.get_by_role("listitem").filter(has_text="保障机制")).to_contain_text("沿用上年")
    clear(page, "保障机制")
    expect(progress.get_by_role("listitem").filter(has_text="保障机制")).to_contain_text("未填好", timeout=WAIT)
    page.get_by_text("看2026年写的").last.click()
    part(page, "保障机制").fill("每季度召开一次联席会议。")
    expect(progress.get_by_role("listitem").filter(has_text="保障机制")).to_contain_text("已填", timeout=WAIT)
    look(page, "plan-editor-progress")

    # Steps change places with their words, and what is removed is gone.
    titles = lambda: [each.input_value() for each in page.locator("[name^=stages-][name$=-title]:visible").all()]  # noqa: E731
    before = titles()
    page.get_by_role("button", name=re.compile("下移")).first.click()
    assert titles() == [before[1], before[0], *before[2:]]
    page.get_by_role("button", name=re.compile("移除")).nth(2).click()
    kept(page)
    page.reload()
    assert [title for title in titles() if title] == [before[1], before[0], *[each for each in before[3:] if each]]


def test_without_scripts_untouched_structure_stays(visit, portal):
    """A plain text area shows the text with its numbers; a changed line is changed, and the table beside it stays a table."""
    page = visit("tongxiang", at="/plans/", javascript=False)
    draft(page)
    duties = page.get_by_label("责任分工")
    goals = page.get_by_label("目标任务")
    goals.fill(goals.input_value().replace("每学期开展一次", "每季度开展一次"))
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_role("status").first).to_contain_text("草稿已保存")
    [(texts,)] = portal.sql(
        """SELECT p.texts FROM plans_plan p JOIN organizations_organization o ON o.id = p.organization_id
           JOIN years_window w ON w.id = p.window_id WHERE o.name = '桐乡市' ORDER BY w.year DESC LIMIT 1"""
    )
    assert texts["goals"].startswith("<ol><li><p>") and "每季度开展一次" in texts["goals"]
    assert duties.input_value() != ""
