"""Looks through a zipped workbook before it is parsed: sizes, entities, and in each sheet of an xlsx what the parser does not tell.

The parser shows no formula and no error value, and a single cell in a far corner makes it ask for more memory than there is.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from apps.core.ledgers.parsing import cells, limits
from apps.core.ledgers.parsing.confining import MB, allow
from apps.core.ledgers.parsing.limits import Refused
from apps.core.ledgers.parsing.sniffing import DAMAGED, LOCKED, MACROS, SAVE_AS

PIECE = MB
UNPACKED = f"解压后超过 {limits.MAX_UNPACKED_MB} MB，可能含有大量带格式的空白单元格。请把要导入的内容复制到新的工作簿后重新上传。"
HOLLOW = "几乎都是重复的空白，压缩前后相差过大。请把要导入的内容复制到新的工作簿后重新上传。"
CROWDED = f"内部文件过多，不能读取。{SAVE_AS}"
ENTITIES = "含有不允许的内容（XML 实体），不能读取。请把内容复制到新的工作簿，保存为 xlsx 后重新上传。"
LINKS = "含有指向其他文件的链接。请在“数据→编辑链接”中断开链接，保存后重新上传。"

FORMULA = re.compile(rb"<(?:\w+:)?c(\s[^>]*)?>\s*<(?:\w+:)?f([\s/>][^>]*)")
HAS_FORMULA = re.compile(rb"f[\s/>]")
ERROR = re.compile(rb"<(?:\w+:)?c(\s[^>]*?\st=\"e\"[^>]*)>.*?v>(#[^<]*)<", re.DOTALL)
ERRORS = {text.encode(): mark for mark, text in enumerate(cells.ERRORS, cells.IS_ERROR)}
REF = re.compile(rb"\sr=[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
ARRAY = re.compile(rb"\sref=[\"']([A-Za-z]{1,3})(\d{1,7}):([A-Za-z]{1,3})(\d{1,7})[\"']")
FAR = re.compile(rb"r=\"(?:[A-Z][A-Z]|\d{6})")  # a cell from column AA on, or a row that begins so far down
FAR_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?r=\"([A-Z]{1,3})(\d{1,7})\"[^>]*(?<!/)>\s*<(?!/)")


class Marks:
    """What a sheet says beside its values: by column, a byte for each row that tells a formula or an error from other cells."""

    def __init__(self) -> None:
        self.columns: dict[int, bytearray] = {}
        self.far = 0, 0  # the last row and the last column with content, where they are far
        self.nowhere = False  # there are formulas of which nothing says where they stand

    def put(self, mark: int, column: int, top: int, bottom: int) -> None:
        """Mark the cells of a column, where they are among those that may be read."""
        bottom = min(bottom, limits.MAX_ROWS + limits.HEADING_ROWS)
        if top > bottom or column > limits.MAX_COLUMNS:
            return
        rows = self.columns.setdefault(column - 1, bytearray())
        if len(rows) < bottom:
            rows.extend(bytes(bottom - len(rows)))
        rows[top - 1 : bottom] = bytes([mark]) * (bottom - top + 1)


def looked_through(path: Path) -> dict[str, Marks]:
    """By part, the marks of each sheet. Raises Refused."""
    try:
        with ZipFile(path) as archive:
            infos = archive.infolist()
            _check(infos)
            marks, unpacked = {}, 0
            for info in infos:
                name = info.filename.replace("\\", "/").lower()
                if not name.endswith((".xml", ".rels", ".vml")):
                    continue
                marks[name] = Marks()
                is_sheet = name.startswith("xl/worksheets/")
                for piece in _pieces(archive, info):
                    unpacked += len(piece)
                    if unpacked > limits.MAX_UNPACKED_MB * MB:
                        raise Refused(UNPACKED)
                    if is_sheet:
                        _look(piece, marks[name])
            return marks
    except (BadZipFile, ZlibError, NotImplementedError, ValueError, KeyError, EOFError, OSError, RuntimeError):
        raise Refused(DAMAGED) from None


def _check(infos: list[ZipInfo]) -> None:
    names = [info.filename.replace("\\", "/").lower() for info in infos]
    if len(names) > limits.MAX_PARTS:
        raise Refused(CROWDED)
    if len(set(names)) < len(names):
        raise Refused(DAMAGED)
    if any(name.startswith(("basic/", "scripts/")) for name in names):
        raise Refused(MACROS)
    if any(name.startswith("xl/externallinks/") for name in names):
        raise Refused(LINKS)
    if any(info.flag_bits & 1 for info in infos):
        raise Refused(LOCKED)
    if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in infos):
        raise Refused(DAMAGED)
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limits.MAX_UNPACKED_MB * MB:
        raise Refused(UNPACKED)
    if any(info.file_size > 8 * MB and info.file_size > limits.MAX_RATIO * info.compress_size for info in infos):
        raise Refused(HOLLOW)
    allow(unpacked)


def _pieces(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    """The part in pieces of about a megabyte that end where a row ends. No part declares a document type, or is in anything but UTF-8."""
    rest = b""
    with archive.open(info) as part:
        while read := part.read(PIECE):
            if not rest and b"\0" in read[:4]:
                raise Refused(DAMAGED)
            piece = rest + read
            if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                raise Refused(ENTITIES)
            end = piece.rfind(b"row>") + 4
            if end < 4 and len(piece) < 4 * PIECE:
                end = max(piece.rfind(b"<"), 0)
            elif end < 4:
                end = len(piece)
            rest = piece[end:]
            yield piece[:end]
    yield rest


def _look(piece: bytes, marks: Marks) -> None:
    if HAS_FORMULA.search(piece):
        for cell, formula in FORMULA.findall(piece):
            if not (ref := REF.search(cell)):
                marks.nowhere = True
            elif (area := ARRAY.search(formula)) and b"array" in formula:
                left, top, right, bottom = column_number(area[1]), int(area[2]), column_number(area[3]), int(area[4])
                for column in range(left, min(right, limits.MAX_COLUMNS) + 1):
                    marks.put(cells.IS_FORMULA, column, max(top, 1), bottom)
            else:
                _mark(marks, ref, cells.IS_FORMULA)
    if b't="e"' in piece:
        for cell, error in ERROR.findall(piece):
            if (ref := REF.search(cell)) and error in ERRORS:
                _mark(marks, ref, ERRORS[error])
    if FAR.search(piece):
        for letters, row in FAR_CELL.findall(piece):
            marks.far = max(marks.far[0], int(row)), max(marks.far[1], column_number(letters))


def _mark(marks: Marks, ref: re.Match[bytes], mark: int) -> None:
    if row := int(ref[2]):
        marks.put(mark, column_number(ref[1]), row, row)


@cache
def column_number(letters: bytes) -> int:
    """A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
