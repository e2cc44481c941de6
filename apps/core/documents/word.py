"""The same blocks as a Word document that an office goes on writing in: real styles with the faces of GB/T 9704-2012, A4, its margins."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from apps.core.documents.blocks import Block, Heading, Paragraph, Run, Table, read

PITCH = Pt(28.95)  # 22 lines in 225 mm; Word counts twentieths of a point
INDENT = Pt(32)  # two characters
# The names by which Word on an office's machine knows the faces, and what it takes where it has them not.
XIAOBIAOSONG, FANGSONG, HEI, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN = "Times New Roman"


class Document:
    """A paper being written, from its title to its date: `paper.title(…)`, `paper.to(…)`, `paper.text(html)`, `paper.save()`."""

    def __init__(self, title: str, *, author: str) -> None:
        self.docx = docx.Document()
        self.docx.core_properties.title, self.docx.core_properties.author = title, author
        self.docx.core_properties.language = "zh-CN"
        self.docx.core_properties.comments = ""
        _styles(self.docx)
        _page(self.docx.sections[0])
        _numbers(self.docx)

    def status(self, text: str) -> None:
        """草稿 or 送审稿, at the head of every page."""
        for header in (self.docx.sections[0].header, self.docx.sections[0].even_page_header):
            line = header.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _face(line.add_run(text), HEI, 14)

    def title(self, text: str) -> None:
        self.docx.add_paragraph(text, "Title")
        self.blank()

    def to(self, text: str) -> None:
        self.docx.add_paragraph(f"{text}：", "主送机关")

    def heading(self, text: str, level: int) -> None:
        self.docx.add_paragraph(text, f"Heading {level}")

    def text(self, html: str) -> None:
        """A written text, with its headings, lists and tables."""
        self.blocks(read(html))

    def paragraph(self, text: str) -> None:
        self.blocks([Paragraph([Run(text)])])

    def blocks(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            if isinstance(block, Table):
                self._table(block)
            else:
                style = f"Heading {block.level}" if isinstance(block, Heading) else "Normal"
                _write(self.docx.add_paragraph(style=style), block.runs)

    def attached(self, names: list[str]) -> None:
        """附件：1. …, where there are any."""
        self.blank(bool(names))
        for number, name in enumerate(names, start=1):
            head = "附件：" if number == 1 else "\u3000\u3000\u3000"
            self.docx.add_paragraph(f"{head}{f'{number}. ' if len(names) > 1 else ''}{name}", "附件说明")

    def signature(self, by: str, day: str) -> None:
        """Two lines of room above, for the seal; the date ends four characters from the right, its office is centred over it."""
        self.blank(2)
        width = max(len(by) * 16, _width(day))
        for text, style in ((by, "署名"), (day, "成文日期")):
            line = self.docx.add_paragraph(text, style)
            line.paragraph_format.right_indent = Pt(64 + (width - _width(text)) / 2)

    def blank(self, lines: int = 1) -> None:
        for _ in range(lines):
            self.docx.add_paragraph(style="Normal").paragraph_format.keep_with_next = True

    def save(self) -> bytes:
        file = BytesIO()
        self.docx.save(file)
        return file.getvalue()

    def rows(self, head: list[str], rows: Iterable[Iterable[str]], widths: list[int]) -> None:
        """A table of plain cells; `widths` in millimetres."""
        rows = [head, *map(list, rows)]
        table = self._grid(len(rows), len(head))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text, width in zip(row.cells, texts, widths, strict=True):
                cell.width = Mm(width)
                _fill(cell, [Paragraph([Run(text)])], is_head=texts is head)
        _repeat(table.rows[0])

    def _table(self, source: Table) -> None:
        if not source.width:
            return
        table = self._grid(len(source.rows), source.width)
        for (row, column), cell in _places(source):
            last = min(row + cell.rowspan, len(source.rows)) - 1, min(column + cell.colspan, source.width) - 1
            box = table.cell(row, column)
            if last != (row, column):
                box = box.merge(table.cell(*last))
            _fill(box, cell.paragraphs, is_head=cell.is_head)
        for row in table.rows[: source.head]:
            _repeat(row)

    def _grid(self, rows: int, columns: int) -> Any:
        table = self.docx.add_table(rows, columns, "Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        return table


def _places(table: Table) -> Iterator[tuple[tuple[int, int], Any]]:
    """Where each cell begins, once those that reach into other rows have their room; what finds none is left out."""
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            if column >= table.width:
                break
            span = next((right for right in range(1, cell.colspan) if (number, column + right) in taken), cell.colspan)
            yield (number, column), replace(cell, colspan=span)
            taken |= {(number + down, column + right) for down in range(cell.rowspan) for right in range(span)}
            column += span


def _fill(cell: Any, paragraphs: list[Paragraph], *, is_head: bool) -> None:
    line = cell.paragraphs[0]
    for number, paragraph in enumerate(paragraphs or [Paragraph()]):
        line = line if number == 0 else cell.add_paragraph()
        line.style = "表头" if is_head else "表格"
        _write(line, paragraph.runs)


def _repeat(row: Any) -> None:
    """The row is a head: Word shows it again on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _write(line: Any, runs: Iterable[Run]) -> None:
    for run in runs:
        piece = line.add_run()
        for number, part in enumerate(run.text.split("\n")):
            if number:
                piece.add_break()
            piece.add_text(part)
        piece.bold = True if "strong" in run.marks else None
        piece.underline = True if "u" in run.marks else None
        if "em" in run.marks:
            _face(piece, KAI, 16)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    _face(normal, FANGSONG, 16)
    form = normal.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, PITCH
    form.space_before = form.space_after = Pt(0)
    form.first_line_indent, form.alignment = INDENT, WD_ALIGN_PARAGRAPH.JUSTIFY
    form.widow_control = False
    for level, face in ((1, HEI), (2, KAI), (3, FANGSONG)):
        _heading(document.styles[f"Heading {level}"], face)
    title = document.styles["Title"]
    _bare(title)
    _face(title, XIAOBIAOSONG, 22)
    title.paragraph_format.alignment, title.paragraph_format.first_line_indent = WD_ALIGN_PARAGRAPH.CENTER, Pt(0)
    title.paragraph_format.line_spacing = Pt(36)
    for name, indent, alignment in (
        ("主送机关", 0, WD_ALIGN_PARAGRAPH.JUSTIFY),
        ("附件说明", 32, WD_ALIGN_PARAGRAPH.LEFT),
        ("署名", 0, WD_ALIGN_PARAGRAPH.RIGHT),
        ("成文日期", 0, WD_ALIGN_PARAGRAPH.RIGHT),
    ):
        _own(document, name, indent=indent, alignment=alignment)
    for name, face, alignment in (("表头", HEI, WD_ALIGN_PARAGRAPH.CENTER), ("表格", FANGSONG, WD_ALIGN_PARAGRAPH.LEFT)):
        style = _own(document, name, indent=0, alignment=alignment)
        _face(style, face, 12)
        style.paragraph_format.line_spacing = Pt(19)


def _own(document: Any, name: str, *, indent: int, alignment: Any) -> Any:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.paragraph_format.first_line_indent, style.paragraph_format.alignment = Pt(indent), alignment
    style.quick_style = True
    return style


def _heading(style: Any, face: str) -> None:
    _bare(style)
    _face(style, face, 16)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.first_line_indent, form.keep_with_next = INDENT, True


def _bare(style: Any) -> None:
    """Without what Word's own template draws: colour, bold, a rule below, faces of a theme."""
    for part in (style.element.rPr, style.element.pPr):
        if part is not None:
            for name in ("w:color", "w:b", "w:bCs", "w:i", "w:iCs", "w:spacing", "w:kern", "w:pBdr", "w:rFonts", "w:contextualSpacing"):
                for found in part.findall(qn(name)):
                    part.remove(found)


def _face(target: Any, face: str, size: float) -> None:
    """Chinese letters in the face, Latin ones in a face of their own; of a style or of a run."""
    target.font.name, target.font.size = LATIN, Pt(size)
    fonts = target.element.get_or_add_rPr().get_or_add_rFonts() if hasattr(target, "element") else target._r.rPr.rFonts
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    fonts.set(qn("w:eastAsia"), face)
    fonts.set(qn("w:hAnsi"), LATIN)


def _page(section: Any) -> None:
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(25)
    grid = OxmlElement("w:docGrid")
    for name, value in (("type", "linesAndChars"), ("linePitch", "579"), ("charSpace", "-849")):
        grid.set(qn(f"w:{name}"), value)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(grid)


def _numbers(document: Any) -> None:
    """— 1 — in 宋体 四号: odd pages right, even pages left, one character from the edge."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, alignment in ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):
        line = footer.paragraphs[0]
        line.alignment, form = alignment, line.paragraph_format
        form.first_line_indent, form.line_spacing_rule = Pt(0), WD_LINE_SPACING.SINGLE
        form.left_indent = form.right_indent = Pt(14)
        for text in ("— ", "PAGE", " —"):
            run = line.add_run("" if text == "PAGE" else text)
            _face(run, SONG, 14)
            if text == "PAGE":
                _field(run, text)


def _field(run: Any, name: str) -> None:
    for kind, text in (("begin", ""), ("", name), ("separate", ""), ("text", "1"), ("end", "")):
        if kind in ("begin", "separate", "end"):
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText" if kind == "" else "w:t")
            part.set(qn("xml:space"), "preserve")
            part.text = text
        run._r.append(part)


def _width(text: str) -> float:
    """Of a line in 三号, in points: a figure is half a character."""
    return sum(8 if character.isascii() else 16 for character in text)
