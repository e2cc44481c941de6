"""Files of each format, written on the fly, and what reading them gives."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
import xlwt

from apps.core.ledgers.reading import Head, Table, Unreadable, read

HEADS = (Head("学校名称", ("校名", "学校"), required=True), Head("镇街"), Head("年份", required=True), Head("成立日期"))
TITLES = ["学校名称", "镇街", "年份", "成立日期"]
ROW = ["实验小学", "新嘉街道", 2026]

Rows = list[tuple[int, list[Any]]]

CONTENT_TYPES = "[Content_Types].xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "xl/_rels/workbook.xml.rels"
PARTS = {
    CONTENT_TYPES: """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType=
"application/xml"/><Override PartName="/xl/workbook.xml" ContentType=
"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>""",
    "_rels/.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type=
"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    RELATIONS: """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship
Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
</Relationships>""",
}
SHEET = "xl/worksheets/sheet1.xml"


def xlsx(path: Path, rows: Iterable[Sequence[Any]], **others: Iterable[Sequence[Any]]) -> Path:
    """A workbook with the sheet 台账 and others, by name."""
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False, "strings_to_urls": False})
    for name, lines in {"台账": rows, **others}.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(lines):
            page.write_row(number, 0, row)
    book.close()
    return path


def xls(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    book = xlwt.Workbook()
    page = book.add_sheet("台账")
    dates = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            page.write(number, column, value, *([dates] if hasattr(value, "year") else []))
    book.save(str(path))
    return path


def ods(path: Path, rows: Iterable[Sequence[str | int]], *, after: str = "") -> Path:
    kinds = {
        str: '<table:table-cell office:value-type="string"><text:p>{0}</text:p></table:table-cell>',
        int: ('<table:table-cell office:value-type="float" office:value="{0}"/>'),
    }
    lines = "".join(f"<table:table-row>{''.join(kinds[type(value)].format(value) for value in row)}</table:table-row>" for row in rows)
    names = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = f"""<office:document-content{names}><office:body><office:spreadsheet><table:table table:name="台账">{lines}{after}
<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""
    return archive(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": ('<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'),
        },
    )


def archive(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def by_hand(path: Path, cells: str, **parts: str) -> Path:
    """A workbook whose only sheet holds these rows as XML, and whose parts may be others."""
    return archive(path, {**PARTS, SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>', **parts})


def inline(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def headings() -> str:
    """The first row of a sheet that is written by hand."""
    return f'<row r="1">{"".join(inline(f"{column}1", title) for column, title in zip("ABCD", TITLES, strict=True))}</row>'


def opened(path: Path, heads: Sequence[Head] = HEADS) -> tuple[Table, Rows]:
    """The table and its rows, once all of it was read."""
    with read(path, name=path.name, heads=heads) as table:
        rows = list(table.rows)
    return table, rows


def rows_of(path: Path, heads: Sequence[Head] = HEADS) -> Rows:
    return opened(path, heads)[1]


def refusal(path: Path, heads: Sequence[Head] = HEADS) -> str:
    """The sentence, without the file's name at its beginning."""
    with pytest.raises(Unreadable) as refused:
        opened(path, heads)
    assert refused.value.message.startswith(f"“{path.name}”")
    return refused.value.message.removeprefix(f"“{path.name}”")
