"""Which files may be attached: by name, by size and by what the bytes are, each refusal a sentence."""

import io
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.core import uploads

MB = 1024 * 1024


def office(part: str) -> bytes:
    """The least that makes an office file: a zip with its main part."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return buffer.getvalue()


GOOD = {
    "方案.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "方案.docx": office("word/document.xml"),
    "名单.xlsx": office("xl/workbook.xml"),
    "队室.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "队室.jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "队室.PNG": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
}


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        uploads.check(SimpleUploadedFile(name, content))
    return refused.value.messages[0]


@pytest.mark.parametrize("name", GOOD)
def test_allowed_files_are_taken_and_left_at_their_start(name):
    file = SimpleUploadedFile(name, GOOD[name])
    uploads.check(file)
    assert file.read() == GOOD[name]


@pytest.mark.parametrize(
    "name", ["virus.exe", "page.html", "drawing.svg", "old.doc", "old.xls", "macro.docm", "archive.zip", "no suffix", "pdf"]
)
def test_other_types_are_refused(name):
    assert refusal(name, GOOD["方案.pdf"]) == f"“{name}”的类型不能上传。{uploads.HINT}"


WRONG_CONTENT = [
    ("方案.pdf", GOOD["队室.PNG"]),
    ("方案.pdf", b"<html><script>alert(1)</script>"),
    ("方案.docx", GOOD["名单.xlsx"]),
    ("名单.xlsx", GOOD["方案.docx"]),
    ("方案.docx", office("evil.bin")),
    ("方案.docx", b"PK\x03\x04 not really"),
    ("方案.docx", GOOD["方案.pdf"]),
    ("方案.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
    ("队室.jpg", GOOD["队室.PNG"]),
    ("队室.png", b"GIF89a" + b"\x00" * 20),
    ("队室.png", b"MZ\x90\x00"),
    ("队室.png", b"x"),
]


@pytest.mark.parametrize(("name", "content"), WRONG_CONTENT)
def test_content_that_is_not_what_the_name_says_is_refused(name, content):
    assert refusal(name, content) == f"“{name}”的内容与类型不符，可能已损坏或改过扩展名，请用原文件重新上传。"


def test_empty_files_are_refused():
    assert refusal("方案.pdf", b"") == "“方案.pdf”是空文件，请重新选择。"


def test_twenty_megabytes_are_the_limit():
    start = GOOD["方案.pdf"]
    uploads.check(SimpleUploadedFile("方案.pdf", start.ljust(20 * MB)))
    assert refusal("方案.pdf", start.ljust(20 * MB + 1)) == "“方案.pdf”有 20.0 MB，超过 20 MB，请压缩后再上传。"


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD["方案.docx"]) - 1), st.binary(min_size=1, max_size=4))
@example(GOOD["方案.docx"].rindex(b"PK\x01\x02") + 6, b"\xff")  # a version that zipfile does not know
@example(GOOD["方案.docx"].rindex(b"PK\x01\x02") + 8, b"\x00\x08\x00\x00")  # names said to be UTF-8
def test_damaged_files_are_refused_or_taken_but_never_an_error(position, damage):
    content = GOOD["方案.docx"][:position] + damage + GOOD["方案.docx"][position + len(damage) :]
    try:
        uploads.check(SimpleUploadedFile("方案.docx", content))
    except ValidationError as refused:
        assert refused.messages == ["“方案.docx”的内容与类型不符，可能已损坏或改过扩展名，请用原文件重新上传。"]


def test_a_field_names_every_wrong_file_and_takes_none():
    field = uploads.FilesField()
    files = [SimpleUploadedFile("a.pdf", GOOD["方案.pdf"]), SimpleUploadedFile("b.exe", b"MZ"), SimpleUploadedFile("c.pdf", b"")]
    with pytest.raises(ValidationError) as refused:
        field.clean(files)
    assert refused.value.messages == [f"“b.exe”的类型不能上传。{uploads.HINT}", "“c.pdf”是空文件，请重新选择。"]


def test_a_field_without_files_is_empty():
    assert uploads.FilesField().clean([]) == uploads.FilesField().clean(None) == []


def test_the_page_asks_only_for_what_is_allowed():
    assert uploads.FilesField().widget.attrs["accept"] == ".pdf,.docx,.xlsx,.jpg,.jpeg,.png"
