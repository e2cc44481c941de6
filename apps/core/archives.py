"""Zips of stored files."""

from shutil import copyfileobj
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone


def put(bundle: ZipFile, name: str, source: IO[bytes]) -> None:
    """A file as it is: pdf, docx and pictures are compressed already. A piece at a time."""
    entry = ZipInfo(name, timezone.localtime().timetuple()[:6])
    entry.compress_type = ZIP_STORED
    with bundle.open(entry, "w") as target:
        copyfileobj(source, target)
