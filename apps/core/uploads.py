"""Which files may be attached, decided by their content, and what the page says about the others."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

import filetype
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from apps.core import pictures

MAX_MB = 20
MAX_FILES = 10
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
HINT = f"可附 pdf、docx、xlsx、jpg、png，每个不超过 {MAX_MB} MB，最多 {MAX_FILES} 个。照片中的拍摄地点等信息会自动清除。"


def check(file: UploadedFile) -> None:
    """Raise ValidationError with a sentence if the file is too large, of another type, or not what its name says."""
    name = file.name or ""
    wanted = TYPES.get(PurePosixPath(name).suffix.lower().removeprefix("."))
    if wanted is None:
        raise ValidationError(f"“{name}”的类型不能上传。{HINT}")
    if not file.size:
        raise ValidationError(f"“{name}”是空文件，请重新选择。")
    if file.size > MAX_MB * 1024 * 1024:
        raise ValidationError(f"“{name}”有 {file.size / 1024 / 1024:.1f} MB，超过 {MAX_MB} MB，请压缩后再上传。")
    if content_type(file) != wanted:
        raise ValidationError(f"“{name}”的内容与类型不符，可能已损坏或改过扩展名，请用原文件重新上传。")


def content_type(file: UploadedFile) -> str | None:
    """What the bytes are, whatever the name says. Office files are zip archives that hold their main part."""
    found = filetype.guess(file.read(8192))
    file.seek(0)
    if found is None or "pdf" in found.mime or found.mime.startswith("image/"):
        return found.mime if found else None
    try:
        with ZipFile(file) as archive:
            members = set(archive.namelist())
    except (BadZipFile, NotImplementedError, ValueError):  # what zipfile says of a directory it cannot read
        return None
    finally:
        file.seek(0)
    return next((TYPES[suffix] for suffix, part in OFFICE_PARTS.items() if part in members), None)


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Any number of attachments; each is checked, and every wrong one gets its sentence."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "help_text": HINT, **kwargs})
        self.widget.attrs["accept"] = ",".join(f".{suffix}" for suffix in TYPES)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files: Iterable[Any] = data if isinstance(data, list | tuple) else [data]
        cleaned, errors = [], []
        for file in files:
            if not file:
                continue
            try:
                check(file)
                cleaned.append(super().clean(pictures.without_metadata(file) if pictures.is_picture(file) else file, initial))
            except ValidationError as error:
                errors += error.messages
        if errors:
            raise ValidationError(errors)
        return cleaned
