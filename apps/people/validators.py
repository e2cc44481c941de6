"""What a person's facts may look like, for forms, lists and models alike."""

import re

from django.core.validators import RegexValidator

phone = RegexValidator(r"^\+?[0-9][0-9 \-]{5,18}$", "电话只含数字和短横线，例如 13800000000 或 0573-82000000。")
person_name = RegexValidator(r"^[^\W\d_]+([ ·．.'-][^\W\d_]+)*$", "姓名只含文字和间隔号“·”，请核对。")

_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def as_name(text: str) -> str:
    """A name as it is kept: 王　芳, spaced to fill a form's box, is 王芳; the words of other names stay apart."""
    return " ".join(_BETWEEN.sub("", text).split())
