# ruff: noqa: S314  we wrote it ourselves
"""Reading a workbook that the portal has written, down to its XML: no spreadsheet program is asked what it makes of it."""

from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def part(content: bytes, name: str) -> str:
    return ZipFile(BytesIO(content)).read(name).decode()


def rows(content: bytes, *, numbers: bool = False) -> list[list[str]]:
    """The texts of the first sheet. A cell that is a formula fails, and where none is expected a number."""
    texts = ["".join(item.itertext()) for item in ElementTree.fromstring(part(content, "xl/sharedStrings.xml"))]
    sheet = ElementTree.fromstring(part(content, "xl/worksheets/sheet1.xml"))
    return [[_text(cell, texts, numbers) for cell in row] for row in sheet.iter(f"{MAIN}row")]


def _text(cell: ElementTree.Element, texts: list[str], numbers: bool) -> str:
    assert (numbers or cell.get("t") == "s") and cell.find(f"{MAIN}f") is None
    value = cell.findtext(f"{MAIN}v", "")
    return texts[int(value)] if cell.get("t") == "s" else value


def styles(content: bytes) -> list[ElementTree.Element]:
    """The styles of cells, in the order of their numbers."""
    return list(ElementTree.fromstring(part(content, "xl/styles.xml")).iterfind(f"{MAIN}cellXfs/{MAIN}xf"))
