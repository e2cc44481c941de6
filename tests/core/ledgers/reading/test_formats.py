"""Good files of each format give the same rows; what is no table is refused, each kind with its own sentence."""

import os
from datetime import date
from pathlib import Path

import pytest

from apps.core.ledgers.parsing import sniffing
from apps.core.ledgers.parsing.limits import Refused
from apps.core.ledgers.reading import MAX_MB
from tests.core.ledgers.reading.files import (
    PARTS,
    ROW,
    SHEET,
    TITLES,
    archive,
    by_hand,
    headings,
    ods,
    opened,
    refusal,
    rows_of,
    xls,
    xlsx,
)

ROWS = [["实验小学", "新嘉街道", 2026, date(2020, 9, 1)], ["辅成小学", "", 2026, None]]
READ = [(2, ["实验小学", "新嘉街道", 2026, date(2020, 9, 1)]), (3, ["辅成小学", None, 2026, None])]
SAVE_AS = "请用 Excel 或 WPS 打开，另存为 xlsx 后重新上传。"
UPLOAD = "请上传 xlsx、xls、ods 或 csv 文件。"
DAMAGED = f"不完整或已损坏，可能没有传完。{SAVE_AS}"
DOCUMENT = "是 Word 文档，不是表格。请把表格复制到 Excel，保存为 xlsx 后重新上传。"
ARCHIVE = "是压缩包。请解压后上传其中的表格。"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_xlsx_is_read(tmp_path):
    table, rows = opened(xlsx(tmp_path / "名单.xlsx", [TITLES, *ROWS]))
    assert rows == READ
    assert (table.sheet, table.heading, table.absent, table.unknown, table.notes) == ("台账", 1, (), (), ())


def test_xls_is_read(tmp_path):
    table, rows = opened(xls(tmp_path / "名单.xls", [TITLES, ROWS[0], ["辅成小学", "", 2026]]))
    assert rows == READ
    assert table.notes == ("xls 文件中的公式按保存时的结果读取，错误值按空白读取。",)


def test_ods_is_read(tmp_path):
    table, rows = opened(ods(tmp_path / "名单.ods", [TITLES, ROW, ["辅成小学", "", 2026]]))
    assert rows == [(2, [*ROW, None]), (3, ["辅成小学", None, 2026, None])]
    assert (table.sheet, table.notes) == ("台账", ("ods 文件中的公式按保存时的结果读取，错误值按空白读取。",))


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("gb18030", ",")])
def test_csv_is_read_in_any_encoding_with_any_delimiter(tmp_path, encoding, delimiter):
    path = tmp_path / "名单.csv"
    lines = [TITLES, ["实验小学", "新嘉街道", "2026", "2020-09-01"], ["辅成小学", "", "2026"]]
    path.write_text("\r\n".join(delimiter.join(line) for line in lines), encoding=encoding)
    assert rows_of(path) == [(2, ["实验小学", "新嘉街道", "2026", "2020-09-01"]), (3, ["辅成小学", None, "2026", None])]


def test_a_csv_counts_rows_as_excel_does(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text('学校名称,年份\n\n"实验\n小学",2026\n,\n辅成小学,2026\n', encoding="utf-8")
    assert rows_of(path) == [(3, ["实验\n小学", None, "2026", None]), (5, ["辅成小学", None, "2026", None])]


def test_the_name_does_not_matter(tmp_path):
    assert rows_of(xlsx(tmp_path / "名单.xls", [TITLES, ROW])) == rows_of(xls(tmp_path / "名单.csv", [TITLES, ROW])) == [(2, [*ROW, None])]


def not_a_table(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        sniffing.kind(path)
    return str(refused.value)


OTHERS = {
    "pdf": (b"%PDF-1.7\n", f"是 PDF 文件，不是表格。{UPLOAD}"),
    "exe": (b"MZ\x90\x00\x03", "是程序，不是表格，不能上传。"),
    "elf": (b"\x7fELF\x02\x01", "是程序，不是表格，不能上传。"),
    "png": (b"\x89PNG\r\n\x1a\n", f"是图片，不是表格。{UPLOAD}"),
    "jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", f"是图片，不是表格。{UPLOAD}"),
    "rar": (b"Rar!\x1a\x07", ARCHIVE),
    "rtf": (b"{\\rtf1\\ansi", DOCUMENT),
    "html": (b"\xef\xbb\xbf \n<HTML><table><tr><td>1</table>", f"其实是网页，不是工作簿。{SAVE_AS}"),
    "xhtml": (b'<?xml version="1.0"?><html><table/></html>', f"其实是网页，不是工作簿。{SAVE_AS}"),
    "mht": (b"MIME-Version: 1.0\n", f"其实是网页，不是工作簿。{SAVE_AS}"),
    "xml": (b'<?xml version="1.0"?><Workbook/>', f"其实是 XML 文件，不是工作簿。{SAVE_AS}"),
    "excel 4": (b"\x09\x04\x06\x00\x00\x04\x10\x00", f"是很早的 Excel 格式，不能读取。{SAVE_AS}"),
    "bytes": (b"ab\x00\x01\x02", f"不是表格文件。{UPLOAD}"),
    "half a zip": (b"PK\x03\x04\x14\x00", DAMAGED),
    "half an ole": (OLE + bytes(100), DAMAGED),
    "another ole": (OLE + bytes(8192), f"不是表格文件。{UPLOAD}"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_files_are_refused(tmp_path, kind):
    content, sentence = OTHERS[kind]
    path = tmp_path / "名单.xlsx"
    path.write_bytes(content)
    assert not_a_table(path) == sentence


def test_a_text_that_begins_like_a_program_is_a_text(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text("MZ,学校名称,年份\n1,实验小学,2026\n", encoding="utf-8")
    assert rows_of(path) == [(2, ["实验小学", None, "2026", None])]


def compound(*names: str) -> bytes:
    """As much of an OLE container as tells what it is: the names in its directory."""
    encoded = [name.encode("utf-16-le") for name in names]
    directory = b"".join(name.ljust(64, b"\0") + (len(name) + 2).to_bytes(2, "little") + bytes(62) for name in encoded)
    return OLE + bytes(504) + directory + bytes(4096)


LOCKED = "设有打开密码。请在 Excel 或 WPS 中取消密码后重新上传。"
MACROS = "含有宏。请另存为不带宏的 xlsx 后重新上传。"
CONTAINERS = {
    ("EncryptionInfo", "EncryptedPackage"): LOCKED,
    ("Workbook", "_VBA_PROJECT_CUR"): MACROS,
    ("WordDocument",): DOCUMENT,
    ("PowerPoint Document",): f"是演示文稿，不是表格。{UPLOAD}",
}


@pytest.mark.parametrize("names", CONTAINERS)
def test_compound_files_are_told_apart(tmp_path, names):
    path = tmp_path / "名单.xls"
    path.write_bytes(compound(*names))
    assert not_a_table(path) == CONTAINERS[names]


ZIPPED = {
    "a macro": ({"xl/workbook.xml": "", "xl/vbaProject.bin": ""}, MACROS),
    "a document": ({"[Content_Types].xml": "", "word/document.xml": ""}, DOCUMENT),
    "slides": ({"[Content_Types].xml": "", "ppt/presentation.xml": ""}, f"是演示文稿，不是表格。{UPLOAD}"),
    "a binary workbook": ({"[Content_Types].xml": "", "xl/workbook.bin": ""}, f"是二进制工作簿（xlsb），不能读取。{SAVE_AS}"),
    "a text of OpenDocument": ({"mimetype": "application/vnd.oasis.opendocument.text"}, DOCUMENT),
    "an archive": ({"名单.xlsx": "x"}, ARCHIVE),
    "no parts": ({"[Content_Types].xml": ""}, DAMAGED),
}


@pytest.mark.parametrize("kind", ZIPPED)
def test_other_archives_are_refused(tmp_path, kind):
    parts, sentence = ZIPPED[kind]
    assert not_a_table(archive(tmp_path / "名单.xlsx", parts)) == sentence


def test_what_sniffing_finds_is_what_the_user_reads(tmp_path):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(b"%PDF-1.7")
    assert refusal(path) == f"是 PDF 文件，不是表格。{UPLOAD}"


def test_a_text_in_no_known_encoding_is_refused(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_bytes(b"\xff\xff\xff\n")
    assert refusal(path) == "的文字编码无法识别。请用 Excel 另存为“CSV UTF-8”或 xlsx 后重新上传。"


def test_nothing_and_too_much_are_refused(tmp_path):
    path = tmp_path / "名单.xlsx"
    path.touch()
    assert refusal(path) == "是空文件，请重新选择。"
    os.truncate(path, MAX_MB * 1024 * 1024 + 200_000)
    assert refusal(path) == "有 20.2 MB，超过 20 MB。请删去图片和不用的工作表，或者分成几个文件后重新上传。"


@pytest.mark.parametrize("kept", [0.2, 0.999])
def test_truncated_workbooks_are_refused(tmp_path, kept):
    for path in (xlsx(tmp_path / "名单.xlsx", [TITLES, ROW]), ods(tmp_path / "名单.ods", [TITLES, ROW])):
        os.truncate(path, int(path.stat().st_size * kept))
        assert refusal(path) == DAMAGED


def test_a_workbook_without_its_sheet_is_refused(tmp_path):
    assert refusal(by_hand(tmp_path / "名单.xlsx", headings(), **{"xl/_rels/workbook.xml.rels": "<Relationships/>"})) == DAMAGED
    assert refusal(archive(tmp_path / "名单.xlsx", {**PARTS, SHEET: "<worksheet><sheetData><row>"})) == DAMAGED


def test_a_compound_file_without_a_workbook_in_it_is_refused(tmp_path):
    path = tmp_path / "名单.xls"
    path.write_bytes(compound("Workbook"))
    assert refusal(path) == DAMAGED
