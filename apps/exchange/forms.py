"""Which files may be sent as a ledger. Their content is judged by the job that reads them, in a process of its own."""

from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from apps.core.ledgers.parsing import sniffing
from apps.core.ledgers.reading import MAX_MB, MAX_ROWS

SUFFIXES = ("xlsx", "xls", "ods", "csv")
OTHERS = {
    **dict.fromkeys(("doc", "docx", "wps", "rtf"), sniffing.DOCUMENT),
    **dict.fromkeys(("ppt", "pptx", "dps"), sniffing.SLIDES),
    **dict.fromkeys(("zip", "rar", "7z", "gz"), sniffing.ARCHIVE),
    **dict.fromkeys(("xlsm", "xlsb", "et", "ett", "xltx", "numbers"), f"不是能直接读取的格式。{sniffing.SAVE_AS}"),
}
HELP = f"xlsx、xls、ods、csv 都可以，不超过 {MAX_MB} MB、{MAX_ROWS // 10_000} 万行。可以把文件拖到框里。"


class UploadForm(forms.Form):
    """A ledger as somebody has it."""

    file = forms.FileField(
        label="台账文件",
        help_text=HELP,
        error_messages={"required": "请先选择文件。", "empty": "这是空文件，请重新选择。", "max_length": "文件名太长，请改短。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accept = ",".join(f".{suffix}" for suffix in SUFFIXES)
        self.fields["file"].widget = forms.FileInput(attrs={"accept": accept, "data-drop": "", "data-most": MAX_MB})

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        suffix = PurePosixPath(file.name or "").suffix.lower().removeprefix(".")
        if suffix not in SUFFIXES:
            raise forms.ValidationError(f"“{file.name}”{OTHERS.get(suffix) or sniffing.UNKNOWN}")
        if (file.size or 0) > MAX_MB * 1024 * 1024:
            size = f"{(file.size or 0) / 1024 / 1024:.1f}"
            raise forms.ValidationError(f"“{file.name}”有 {size} MB，超过 {MAX_MB} MB。请删去图片和不用的工作表，或者分成几个文件。")
        return file
