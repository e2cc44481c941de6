"""Photos lose what the camera wrote into them, and nothing that is seen."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageChops, PngImagePlugin

from apps.core import pictures, uploads

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
SECRET = b"Camera of Zhang"


def photo(kind: str = "JPEG", turned: int = 1, **options) -> SimpleUploadedFile:
    """Red above, blue below; with a maker, a place and comments in it."""
    picture = Image.new("RGB", (64, 32), "red")
    picture.paste("blue", (0, 16, 64, 32))
    exif = picture.getexif()
    exif[MAKE], exif[ORIENTATION] = SECRET.decode(), turned
    exif.get_ifd(GPS)[1] = "N"
    out = io.BytesIO()
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", SECRET.decode())
        options["pnginfo"] = texts
    else:
        options |= {"comment": SECRET, "xmp": SECRET, "quality": 90, "subsampling": 0}
    picture.save(out, kind, exif=exif, **options)
    return SimpleUploadedFile(f"队室.{kind.lower()}", out.getvalue(), f"image/{kind.lower()}")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_what_the_camera_wrote_is_gone(kind):
    file = photo(kind)
    before = Image.open(io.BytesIO(file.read()))
    file.seek(0)
    [cleaned] = uploads.FilesField().clean([file])
    content = cleaned.read()
    after = Image.open(io.BytesIO(content))
    assert (SECRET in content, dict(after.getexif()), after.format, cleaned.name) == (False, {}, kind, file.name)
    difference = ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getextrema()
    assert max(most for _, most in difference) <= (3 if kind == "JPEG" else 0)  # JPEG rounds once more


def test_a_photo_taken_sideways_stays_upright():
    upright = Image.open(pictures.without_metadata(photo(turned=6)))
    assert upright.size == (32, 64)
    left, right = upright.convert("RGB").getpixel((2, 32)), upright.convert("RGB").getpixel((29, 32))
    assert (left[2] > 200, right[0] > 200) == (True, True)  # what was below is on the left


def test_a_colour_profile_is_kept():
    assert Image.open(pictures.without_metadata(photo(icc_profile=b"profile"))).info["icc_profile"] == b"profile"


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", photo().read()[:400], b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"])
def test_a_broken_picture_is_refused(content):
    with pytest.raises(ValidationError, match="无法作为图片打开，可能已损坏"):
        pictures.without_metadata(SimpleUploadedFile("队室.jpg", content))


def test_a_bomb_is_refused_before_it_is_decoded():
    out = io.BytesIO()
    Image.new("1", (10_001, 5_000)).save(out, "PNG")
    assert len(out.getvalue()) < 10_000
    with pytest.raises(ValidationError, match="10001 × 5000 像素，尺寸太大"):
        pictures.without_metadata(SimpleUploadedFile("队室.png", out.getvalue()))
