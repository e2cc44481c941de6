"""Written text as blocks, and the Word document made of them, opened again."""

from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core import rich_text
from apps.core.documents import blocks, sheet
from apps.core.documents.blocks import Heading, Item, Paragraph, Table
from apps.core.documents.word import Document

TABLE = (
    "<table><tr><th>镇</th><th colspan=2>覆盖</th></tr>"
    "<tr><td rowspan=2>甲</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"
)


def said(html: str) -> list[str]:
    return [block.text for block in blocks.read(html) if isinstance(block, Paragraph)]


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (99, "九十九")]
)
def test_numbers_in_chinese(number, words):
    assert blocks.chinese(number) == words


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h3>组织</h3><h4>村</h4><h4>社区</h4><h3>活动</h3><h4>周末</h4>", ["（一）组织", "1.村", "2.社区", "（二）活动", "1.周末"]),
        ("<h3>（一）组织</h3><h3>活动</h3>", ["（一）组织", "活动"]),  # numbered by hand, so left alone
        ("<h3>一、组织</h3><h4>村</h4>", ["（一）组织", "1.村"]),  # 一、 is the part's own level
        ("<ol><li>甲</li><li>乙<ol><li>里</li></ol></li></ol>", ["1.甲", "2.乙", "（1）里"]),
        ("<ol><li><p>甲</p><p>续</p></li></ol>", ["1.甲", "续"]),
        ("<ul><li>甲</li></ul>", ["——甲"]),
        ("<ol><li>1. 甲</li></ol>", ["1.甲"]),
        ("<ol><li>12 个镇</li></ol>", ["1.\u200212个镇"]),
        ("<p>覆盖率 80% 以上，AI 课 2 节</p>", ["覆盖率80%以上，AI课2节"]),
        ("<p>Young Pioneers</p>", ["Young Pioneers"]),
        ("<p>甲<br>乙</p>", ["甲\n乙"]),
        ("<p>  </p><p></p>", []),
    ],
)
def test_text_is_numbered_unless_somebody_did(html, expected):
    assert said(html) == expected


def test_marks_stay_with_their_characters():
    (paragraph,) = blocks.read("<p>一<strong>二<u>三</u></strong><em>四</em></p>")
    assert [(run.text, sorted(run.marks)) for run in paragraph.runs] == [
        ("一", []),
        ("二", ["strong"]),
        ("三", ["strong", "u"]),
        ("四", ["em"]),
    ]


def test_a_table_keeps_its_cells():
    (table,) = blocks.read(TABLE)
    assert isinstance(table, Table)
    assert (table.width, table.head, [[cell.paragraphs[0].text for cell in row] for row in table.rows]) == (
        3,
        1,
        [["镇", "覆盖"], ["甲", "1", "2"], ["3", "4"]],
    )
    html = sheet.html(TABLE)
    assert html.startswith('<table><thead><tr><th><p>镇</p></th><th colspan="2">')
    assert 'rowspan="2"' in html


@given(st.recursive(st.text(max_size=5), lambda inner: st.builds(
    "<{0}>{1}</{0}>".format, st.sampled_from("p h3 h4 strong em u ol ul li table tr td th br script".split()), inner
) | st.lists(inner, max_size=4).map("".join), max_leaves=12))  # fmt: skip
def test_whatever_was_written_becomes_a_sheet_and_a_word_document(html):
    """Nothing that is cleaned text stops a paper, and no character becomes markup."""
    text = rich_text.clean(html)
    found = blocks.read(text)
    assert "<script" not in sheet.drawn(found)
    assert all(isinstance(block, Heading | Item | Paragraph | Table) for block in found)


SPANS = st.lists(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=4), max_size=4)


@settings(deadline=None, max_examples=15)
@given(SPANS)
def test_cells_that_reach_over_each_other_break_no_document(rows):
    cells = ["".join(f"<td colspan={right} rowspan={down}>甲</td>" for right, down in row) for row in rows]
    text = rich_text.clean(f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>")
    written = Document("题", author="某")
    written.text(text)
    assert len(docx.Document(BytesIO(written.save())).tables) == (1 if any(rows) else 0)


@pytest.fixture
def opened():
    """A document with everything in it, as Word would read it."""
    written = Document("某区工作方案", author="某区少工委")
    written.status("送审稿")
    written.title("某区2027年工作方案")
    written.to("市少工委办公室")
    written.heading("一、目标任务", 1)
    written.text(f"<h3>组织</h3><h4>村</h4><p>一<strong>二</strong><u>三</u><em>四</em></p><ol><li>甲</li></ol>{TABLE}")
    written.rows(["序号", "内容"], [["1", "甲"]], [20, 136])
    written.attached(["甲", "乙"])
    written.signature("某区少工委", "2027年4月9日")
    content = written.save()
    document = docx.Document(BytesIO(content))
    document.archive = ZipFile(BytesIO(content))
    return document


def test_word_knows_the_styles_by_name(opened):
    assert [(line.style.name, line.text) for line in opened.paragraphs if line.text] == [
        ("Title", "某区2027年工作方案"),
        ("主送机关", "市少工委办公室："),
        ("Heading 1", "一、目标任务"),
        ("Heading 2", "（一）组织"),
        ("Heading 3", "1.村"),
        ("Normal", "一二三四"),
        ("Normal", "1.甲"),
        ("附件说明", "附件：1. 甲"),
        ("附件说明", "\u3000\u3000\u30002. 乙"),
        ("署名", "某区少工委"),
        ("成文日期", "2027年4月9日"),
    ]


@pytest.mark.parametrize(
    ("style", "face", "size"),
    [
        ("Normal", "仿宋_GB2312", 16),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Heading 3", "仿宋_GB2312", 16),
        ("Title", "方正小标宋简体", 22),
    ],
)
def test_each_style_has_the_face_of_the_standard(opened, style, face, size):
    found = opened.styles[style]
    assert (found.element.rPr.rFonts.get(qn("w:eastAsia")), found.font.size, found.font.color.rgb, found.font.bold) == (
        face,
        Pt(size),
        None,
        None,
    )


def test_the_page_is_that_of_the_standard(opened):
    section = opened.sections[0]
    edges = (section.page_width, section.page_height, section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(edge / Mm(1)) for edge in edges] == [210, 297, 37, 35, 28, 26]
    normal = opened.styles["Normal"].paragraph_format
    assert (normal.line_spacing, normal.first_line_indent) == (Pt(28.95), Pt(32))


def test_pages_are_numbered_by_a_field_right_and_left(opened):
    section = opened.sections[0]
    assert opened.settings.odd_and_even_pages_header_footer is True
    for footer, side in ((section.footer, 2), (section.even_page_footer, 0)):
        line = footer.paragraphs[0]
        assert (line.text, line.alignment) == ("— 1 —", side)
        assert [each.text for each in line._p.iter(qn("w:instrText"))] == ["PAGE"]
    assert [header.paragraphs[0].text for header in (section.header, section.even_page_header)] == ["送审稿", "送审稿"]


def test_marks_and_tables_arrive(opened):
    line = next(line for line in opened.paragraphs if line.text == "一二三四")
    assert [(run.text, run.bold, run.underline) for run in line.runs] == [
        ("一", None, None),
        ("二", True, None),
        ("三", None, True),
        ("四", None, None),
    ]
    assert line.runs[3]._r.rPr.rFonts.get(qn("w:eastAsia")) == "楷体_GB2312"
    typed, listed = opened.tables
    assert [[cell.text for cell in row.cells] for row in typed.rows] == [["镇", "覆盖", "覆盖"], ["甲", "1", "2"], ["甲", "3", "4"]]
    assert [len(list(table._tbl.iter(qn("w:tblHeader")))) for table in (typed, listed)] == [1, 1]


def test_the_document_names_its_author_and_nothing_of_the_library(opened):
    properties = opened.core_properties
    assert (properties.title, properties.author, properties.comments) == ("某区工作方案", "某区少工委", "")
    assert opened.archive.testzip() is None
