# ruff: noqa: S314  we wrote it ourselves
"""Reading a workbook that the portal has written, down to its XML: no spreadsheet program is asked what it makes of it."""

from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def part(content: bytes, name: str) -> str:
    return ZipFile(BytesIO(content)).read(name).decode()


def rows(content: bytes) -> list[list[str]]:
    """The texts of the first sheet. A cell that is anything but a text (a number, a formula) fails."""
    texts = ["".join(item.itertext()) for item in ElementTree.fromstring(part(content, "xl/sharedStrings.xml"))]
    sheet = ElementTree.fromstring(part(content, "xl/worksheets/sheet1.xml"))
    return [[_text(cell, texts) for cell in row] for row in sheet.iter(f"{MAIN}row")]


def _text(cell: ElementTree.Element, texts: list[str]) -> str:
    assert cell.get("t") == "s" and cell.find(f"{MAIN}f") is None
    return texts[int(cell.findtext(f"{MAIN}v", ""))]
