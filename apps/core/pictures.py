"""Photos without what the camera wrote into them: place, time, owner, comments. An upright picture stays upright."""

import io
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from PIL import Image, ImageOps

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
ORIENTATION = 0x0112  # the EXIF tag
MAX_PIXELS = 50_000_000  # what the largest telephone takes; decoded that is 150 MB
Image.MAX_IMAGE_PIXELS = None  # our own limit is asked before anything is decoded, and answers with a sentence


def is_picture(file: UploadedFile) -> bool:
    return PurePosixPath(file.name or "").suffix.lower() in SUFFIXES


def without_metadata(file: UploadedFile) -> UploadedFile:
    """The same picture under the same name, of which only pixels and colour profile are left. Raises ValidationError if it is broken."""
    try:
        picture = Image.open(file, formats=["JPEG", "PNG"])
        if picture.width * picture.height > MAX_PIXELS:
            raise ValidationError(f"“{file.name}”有 {picture.width} × {picture.height} 像素，尺寸太大，请缩小后再上传。")
        content = _written(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # what Pillow says of a file it cannot read
        raise ValidationError(f"“{file.name}”无法作为图片打开，可能已损坏，请用原文件重新上传。") from error
    return SimpleUploadedFile(file.name or "", content, file.content_type or "")


def _written(picture: Image.Image) -> bytes:
    profile = picture.info.get("icc_profile")
    as_it_is = picture.format == "JPEG" and picture.getexif().get(ORIENTATION, 1) == 1
    upright = picture if as_it_is else ImageOps.exif_transpose(picture)
    upright.info.pop("comment", None)
    out = io.BytesIO()
    upright.save(out, "PNG" if picture.format == "PNG" else "JPEG", quality="keep" if as_it_is else 92, icc_profile=profile)
    return out.getvalue()
