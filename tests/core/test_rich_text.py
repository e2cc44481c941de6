"""Written text: whatever arrives, only the structure that is kept remains, and no word is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import rich_text

PIECES = st.sampled_from(
    """
    <p> </p> <h1> <h3> </h3> <b> </b> <strong onclick=x> <em> <u> </u> <ol> <li> </li> </ol> <ul> </ul> <br> <table> <tr> </tr> </table>
    <thead> <td> <td_colspan=2> <td_colspan="999"> <th_rowspan='3'_style="width:9px"> </td> <img_src=x_onerror=alert(1)>
    <a_href="javascript:x"> </a> <div_style="position:fixed"> </div> <span_class="MsoNormal"> </span> <svg> <math> <mtext> <caption>
    <select> <template> <iframe_src=//x> <!-- --> <![if_!supportLists]> <![endif]> <o:p> </o:p> & < > " ' &lt;script&gt; &#0; &nbsp;
    <plaintext> <noscript> <form> <col>
    """.split()
).map(lambda piece: piece.replace("_", " "))
WORDS = st.text("目标任务覆盖率 80%\n\x00\x1f\u200b\ufeff\u3000", max_size=8)
MESS = st.lists(PIECES | WORDS, max_size=40).map("".join)
TAG = re.compile(r"<(/?)([a-z0-9]+)((?:\s[^>]*)?)>")
SPANS = re.compile(r'(?: (?:colspan|rowspan)="(?:[2-9]|1\d|20)")*')


@given(MESS)
def test_nothing_but_the_structure_is_left(html):
    kept = rich_text.clean(html)
    for _, tag, attributes in TAG.findall(kept):
        assert tag in rich_text.TAGS
        assert SPANS.fullmatch(attributes) and (not attributes or tag in ("td", "th"))
    assert not re.search(r"<(?!/?[a-z0-9]+[ >])", kept)
    assert "\x00" not in kept


@given(MESS)
def test_cleaning_twice_changes_nothing(html):
    kept = rich_text.clean(html)
    assert rich_text.clean(kept) == kept


@given(st.lists(st.text("目标任务，覆盖率<>&\"' 180%.。", min_size=1, max_size=30), max_size=8).map("\n".join))
def test_no_word_is_lost_on_the_way_in(text):
    squeezed = re.sub(r"\s", "", text)
    kept = rich_text.clean(rich_text.typed(text))
    assert re.sub(r"\s", "", rich_text.plain(kept)) == squeezed
    assert 0 <= len(squeezed) - rich_text.length(kept) <= 2 * kept.count("<li>")


LISTED = "<h3>一、组织</h3><ol><li><p>组建小队</p></li><li><p>聘请辅导员</p></li></ol><p>每月一次。</p><ul><li><p>农村</p></li></ul>"
TABLED = "<table><tbody><tr><th><p>项目</p></th><th><p>指标</p></th></tr><tr><td><p>队室</p></td><td><p>100%</p></td></tr></tbody></table>"


def test_plain_text_has_a_line_for_each_block_and_the_numbers_of_lists():
    assert rich_text.plain(LISTED) == "一、组织\n1. 组建小队\n2. 聘请辅导员\n每月一次。\n• 农村"
    assert rich_text.plain(TABLED) == "项目 指标\n队室 100%"
    assert rich_text.plain("<p>一行<br>又一行</p>") == "一行\n又一行"


def test_numbers_of_lists_are_not_counted():
    assert rich_text.length(LISTED) == len("一、组织组建小队聘请辅导员每月一次。农村")


@pytest.mark.parametrize("html", ["", "<p></p>", "<p> &nbsp;<br></p>", "<ul><li><p></p></li></ul>", "<table><tr><td></td></tr></table>"])
def test_what_says_nothing_is_empty(html):
    assert rich_text.clean(html) == ""


@pytest.mark.parametrize("stored", [LISTED, TABLED, LISTED + TABLED, "<p>一句话。</p>", "没有段落的话", ""])
def test_text_that_is_not_changed_keeps_its_structure(stored):
    assert rich_text.retyped(rich_text.plain(stored), stored) == stored


def test_only_the_changed_block_is_written_anew():
    text = (
        rich_text.plain(LISTED + TABLED).replace("聘请辅导员", "聘请志愿辅导员").replace("每月一次。", "每月一次，就近开展。\n注意安全。")
    )
    assert rich_text.retyped(text, LISTED + TABLED) == (
        "<h3>一、组织</h3><ol><li><p>组建小队</p></li><li><p>聘请志愿辅导员</p></li></ol>"
        "<p>每月一次，就近开展。</p><p>注意安全。</p><ul><li><p>农村</p></li></ul>" + TABLED
    )


@pytest.mark.parametrize("text", ["3. 第三条", "1. 一\n3. 三", "2012. 年", "• 一\n1. 二"])
def test_the_writers_own_numbers_stay(text):
    assert rich_text.plain(rich_text.typed(text)) == text


def test_what_was_taken_out_is_gone():
    assert rich_text.retyped("每月一次。", LISTED) == "<p>每月一次。</p>"


def test_old_names_of_tags_are_kept_as_the_new_ones():
    assert (
        rich_text.clean("<h1>一</h1><p><b>重</b><i>点</i></p><H2>二</H2>") == "<h3>一</h3><p><strong>重</strong><em>点</em></p><h3>二</h3>"
    )
