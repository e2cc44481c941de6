"""Papers read back: the geometry of GB/T 9704-2012, and that nothing is ever fetched."""

from io import BytesIO
from itertools import pairwise

import pytest
from django.utils.html import escape
from pypdf import PageObject, PdfReader

from apps.core import documents
from apps.core.documents import fonts, sheet

MM = 72 / 25.4
BODY = '{% extends "core/documents/gbt9704.html" %}{% block heading %}{% endblock %}{% block body %}{{ body }}{% endblock %}'
ISSUED = """{% extends "core/documents/gbt9704.html" %}
{% block masthead %}<div class="issue"></div><p class="masthead">某某市少先队工作委员会文件</p>
<p class="number"><span>某少工委〔2012〕1号</span></p>{% endblock %}
{% block heading_text %}关于少先队工作的通知{% endblock %}
{% block body %}{{ body }}{% endblock %}
{% block imprint %}<div class="imprint"><p>抄送：各县（市、区）团委。</p>
<p class="printed"><span>办公室</span><span>2012年4月10日印发</span></p></div>{% endblock %}"""


@pytest.fixture
def printed(tmp_path, settings):
    """`printed(body)`: the pages of an official paper."""

    def make(body: str, template: str = BODY, **context) -> list[PageObject]:
        (tmp_path / "paper.html").write_text(template)
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
        first_page = context.pop("first_page", 1)
        paper = documents.pdf("paper.html", {"body": sheet.html(body), **context}, sheet=documents.OFFICIAL, first_page=first_page)
        make.reader = PdfReader(BytesIO(paper))
        return list(make.reader.pages)

    return make


def lines(page: PageObject) -> list[tuple[float, float, str]]:
    """(millimetres from the left, baseline in millimetres from the top, text) of each line, from the top down."""
    found = []

    def visit(text, cm, tm, font, size):
        if text.strip():
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            found.append((x / MM, (float(page.mediabox.height) - y) / MM, text.strip()))

    page.extract_text(visitor_text=visit)
    return sorted(found, key=lambda line: (round(line[1], 1), line[0]))


def of_block(page: PageObject) -> list[tuple[float, float, str]]:
    """The lines within the block of 225 mm."""
    return [line for line in lines(page) if 37 <= line[1] <= 262]


def test_a_page_has_22_lines_of_28_characters(printed):
    pages = printed(f"<p>{'国' * (28 * 50 - 2)}</p>")
    assert [[len(text) for _, _, text in of_block(page)] for page in pages] == [[26, *[28] * 21], [28] * 22, [28] * 6]


def test_the_block_is_156_by_225_millimetres_and_stands_where_the_standard_has_it(printed):
    page = printed(f"<p>{'国' * 28 * 30}</p>")[1]
    found = of_block(page)
    assert [(round(float(page.mediabox.width) / MM, 1), round(float(page.mediabox.height) / MM, 1))] == [(210.0, 297.0)]
    assert {round(x, 2) for x, _, _ in found} == {28.0}
    pitches = [(below[1] - above[1]) * MM for above, below in pairwise(found)]
    assert {round(pitch, 2) for pitch in pitches} == {28.99}
    first, pitch = found[0][1], 28.99 / MM
    assert 37 < first < 37 + pitch  # the first line's letters stand in the first of 22 lines, which fill 225 mm
    assert round(22 * pitch, 1) == 225.0


def test_a_paragraph_begins_two_characters_in(printed):
    first, second, *_ = of_block(printed(f"<p>{'国' * 28 * 2}</p>")[0])
    assert (round((first[0] - 28) * MM / 15.79, 2), round(second[0], 2)) == (2.0, 28.0)


def foot(page: PageObject) -> tuple[str, float, float]:
    """What stands below the block, where it begins, and its baseline."""
    found = [line for line in lines(page) if line[1] > 262]
    return "".join(text for _, _, text in found).replace(" ", ""), round(min(x for x, _, _ in found), 1), found[0][1]


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages(printed):
    found = [foot(page) for page in printed(f"<p>{'国' * 28 * 50}</p>")]
    assert [text for text, _, _ in found] == ["—1—", "—2—", "—3—"]
    assert found[1][1] == round(28 + 14 / MM, 1)  # one character in from the left
    assert [165 < found[n][1] < 166 for n in (0, 2)] == [True, True]  # and from the right: there — 1 — begins
    assert {262 + 7 < baseline < 262 + 7 + 5 for _, _, baseline in found} == {True}


def test_pages_are_numbered_from_where_a_volume_is(printed):
    pages = printed(f"<p>{'国' * 28 * 30}</p>", first_page=7)
    assert [foot(page)[0] for page in pages] == ["—7—", "—8—"]


def test_levels_are_numbered_as_the_standard_has_it_and_set_in_their_faces(printed):
    page = printed("<h3>甲</h3><p>正文</p><h4>乙</h4><p>正文</p><ol><li>丙</li></ol><ul><li>丁</li></ul>")[0]
    assert [text for _, _, text in of_block(page)] == ["（一）甲", "正文", "1.乙", "正文", "1.丙", "——丁"]


def test_a_status_stands_on_every_page_and_an_issued_paper_has_its_imprint_at_the_foot(printed):
    pages = printed(f"<p>{'国' * 28 * 30}</p>", ISSUED, status="送审稿", signed_by="某少工委", signed_on=None)
    assert [[text for _, y, text in lines(page) if y < 37] for page in pages] == [["送审稿"]] * len(pages)
    imprint = of_block(pages[-1])[-3:]
    assert "".join(text for _, _, text in imprint) == "抄送：各县（市、区）团委。办公室2012年4月10日印发"
    assert 250 < imprint[-1][1] < 262


def test_a_paper_is_tagged_and_says_its_language_and_its_letters_are_embedded(printed):
    page = printed("<h3>甲</h3><table><tr><th>镇</th></tr><tr><td>新丰镇</td></tr></table>")[0]
    root = printed.reader.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "zh-CN")
    found = [each.get_object()["/DescendantFonts"][0].get_object() for each in page["/Resources"]["/Font"].values()]
    assert all("/FontFile3" in each["/FontDescriptor"] or "/FontFile2" in each["/FontDescriptor"] for each in found)


def test_what_somebody_wrote_is_never_markup(printed):
    page = printed(f"<p>{escape('<img src=http://127.0.0.1:1/x>甲&乙')}</p>")[0]
    assert of_block(page)[0][2] == "<img src=http://127.0.0.1:1/x>甲&乙"


def test_a_machine_without_chinese_letters_takes_those_of_the_wheel(printed, monkeypatch, tmp_path):
    """Where it is installed; only its two files answer."""
    for name in fonts.FILES.values():
        (tmp_path / name).write_bytes(b"OTTO")

    class Spec:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(fonts, "find_spec", lambda name: Spec if name == fonts.WHEEL else None)
    monkeypatch.setattr(fonts, "has", lambda family: False)
    assert fonts.rules().count("@font-face") == 2
    assert fonts.read("font:NotoSerifSC-Regular.otf") == b"OTTO"
    assert [fonts.read(address) for address in ("font:../etc/passwd", "font:/etc/passwd", "file:///etc/passwd")] == [None] * 3


def test_a_face_that_is_not_there_is_not_had():
    assert (fonts.has("Noto Serif CJK SC"), fonts.has("没有这种字体")) == (True, False)
