"""Writing the plan in the editor: typing and the toolbar, pasting from Word, saving by itself, two people at once, and all of it without scripts."""

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
    """The draft of the open year in its form; begun now if it was not."""
    page.goto("/plans/")
    if page.get_by_role("button", name="开始填报").count():
        page.get_by_role("button", name="开始填报").click()
    else:
        page.get_by_role("link", name="继续填报").first.click()
        page.get_by_role("link", name="继续填写").click()


def part(page: Page, label: str):
    return page.get_by_role("textbox", name=label)


def html_of(page: Page, key: str) -> str:
    return page.locator(f"[name={key}__html]").input_value()


def saved(page: Page) -> None:
    expect(page.get_by_text(SAVED)).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize("width", [1440, 360])
def test_structure_is_typed_with_buttons_and_keys(visit, look, width):
    page = visit("nanhu" if width > 360 else "gangqu", width=width)
    draft(page)
    goals = part(page, "目标任务")
    goals.fill("")
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
    page = visit("tongxiang")
    draft(page)
    measures = part(page, "工作措施")
    measures.fill("")
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
