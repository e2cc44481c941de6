"""What a file is, whatever its name says; and what to do about each kind that is no table."""

import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from apps.core.ledgers.parsing.limits import Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AS = "请用 Excel 或 WPS 打开，另存为 xlsx 后重新上传。"
DAMAGED = f"不完整或已损坏，可能没有传完。{SAVE_AS}"
LOCKED = "设有打开密码。请在 Excel 或 WPS 中取消密码后重新上传。"
MACROS = "含有宏。请另存为不带宏的 xlsx 后重新上传。"
KNOWN = (
    (b"%PDF-", "是 PDF 文件，不是表格。请上传 xlsx、xls、ods 或 csv 文件。"),
    (b"MZ", "是程序，不是表格，不能上传。"),
    (b"\x7fELF", "是程序，不是表格，不能上传。"),
    (b"\x89PNG", "是图片，不是表格。请上传 xlsx、xls、ods 或 csv 文件。"),
    (b"\xff\xd8\xff", "是图片，不是表格。请上传 xlsx、xls、ods 或 csv 文件。"),
    (b"GIF8", "是图片，不是表格。请上传 xlsx、xls、ods 或 csv 文件。"),
    (b"BM", "是图片，不是表格。请上传 xlsx、xls、ods 或 csv 文件。"),
    (b"Rar!", "是压缩包。请解压后上传其中的表格。"),
    (b"7z\xbc\xaf", "是压缩包。请解压后上传其中的表格。"),
    (b"\x1f\x8b", "是压缩包。请解压后上传其中的表格。"),
    (b"{\\rtf", "是 Word 文档，不是表格。请把表格复制到 Excel，保存为 xlsx 后重新上传。"),
)
DOCUMENT = "是 Word 文档，不是表格。请把表格复制到 Excel，保存为 xlsx 后重新上传。"
SLIDES = "是演示文稿，不是表格。请上传 xlsx、xls、ods 或 csv 文件。"
ARCHIVE = "是压缩包。请解压后上传其中的表格。"
BINARY = f"是二进制工作簿（xlsb），不能读取。{SAVE_AS}"
WEB_PAGE = f"其实是网页，不是工作簿。{SAVE_AS}"
XML = f"其实是 XML 文件，不是工作簿。{SAVE_AS}"
UNKNOWN = "不是表格文件。请上传 xlsx、xls、ods 或 csv 文件。"


def kind(path: Path) -> str:
    """xlsx, xls, ods or csv. Raises Refused with the sentence for what it is instead."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK\x03\x04"):
        return _archive(path)
    if start.startswith(OLE):
        return _compound(path.read_bytes())
    if start[:2] == b"\x09\x08" or start[:4] in (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"):
        raise Refused(f"是很早的 Excel 格式，不能读取。{SAVE_AS}")
    for magic, sentence in KNOWN:
        if start.startswith(magic) and not (len(magic) == 2 and _is_text(start)):
            raise Refused(sentence)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "csv"
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if re.match(rb"<(!doctype html|html|head|body|table|meta|style|div)|mime-version:", head):
        raise Refused(WEB_PAGE)
    if head.startswith(b"<?xml"):
        raise Refused(WEB_PAGE if b"<html" in head else XML)
    if not _is_text(start):
        raise Refused(UNKNOWN)
    return "csv"


def _is_text(start: bytes) -> bool:
    """A text may hold a stray control character; that is said of its cell."""
    return len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", start)) <= len(start) / 20


def _archive(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mimetype = archive.read("mimetype").strip()
                if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                    return "ods"
                if mimetype.startswith(b"application/vnd.oasis.opendocument.text"):
                    raise Refused(DOCUMENT)
    except (BadZipFile, NotImplementedError, ValueError, KeyError, EOFError, OSError, RuntimeError):
        raise Refused(DAMAGED) from None
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Refused(MACROS)
    for part, sentence in (("xl/workbook.bin", BINARY), ("word/document.xml", DOCUMENT), ("ppt/presentation.xml", SLIDES)):
        if part in names:
            raise Refused(sentence)
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise Refused(DAMAGED if "[content_types].xml" in names else ARCHIVE)


def _compound(data: bytes) -> str:
    """An OLE container, by the names in its directory."""
    if _entry(data, "EncryptedPackage") or _entry(data, "EncryptionInfo"):
        raise Refused(LOCKED)
    if _entry(data, "_VBA_PROJECT_CUR") or _entry(data, "VBA"):
        raise Refused(MACROS)
    if _entry(data, "Workbook") or _entry(data, "Book"):
        return "xls"
    if _entry(data, "WordDocument"):
        raise Refused(DOCUMENT)
    if _entry(data, "PowerPoint Document"):
        raise Refused(SLIDES)
    raise Refused(DAMAGED if len(data) < 4096 else UNKNOWN)


def _entry(data: bytes, name: str) -> bool:
    """Is there a directory entry of this name? Each takes 128 bytes, and says at its 64th how long its name is."""
    wanted = name.encode("utf-16-le") + b"\0\0"
    length, at = len(wanted).to_bytes(2, "little"), data.find(wanted)
    while at >= 0:
        if at % 128 == 0 and data[at + 64 : at + 66] == length:
            return True
        at = data.find(wanted, at + 1)
    return False
