"""What stands in one cell: how an untidy one is understood, what is said where it cannot be, and how a value is written back.

They are django-import-export's widgets: `clean` takes what a file holds and gives what the model wants, `render` the other way round; what
a cell was rendered to is understood as the same value. Full-width letters, digits and stray spaces are what every old ledger has. Whatever
has two readings is named, never guessed.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from import_export.widgets import Widget

SEPARATORS = re.compile(r"[、，,;；/\s]+")
NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
DAY = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})日?")
EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
HALF_WIDTH = {0xFF00 + code: 0x20 + code for code in range(1, 95) if chr(0x20 + code).isalnum()} | {0x3000: 0x20, 0xA0: 0x20}
MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0+)?)?$")


def plain(value: Any) -> str:
    """A cell as one line of ordinary text: full-width forms made half-width, spaces at its ends gone, a whole number without its ".0"."""
    if isinstance(value, str):
        return value.strip() if value.isascii() else unicodedata.normalize("NFKC", value).strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


class Cell(Widget):
    """Anything, as text of any length; `empty` is what an empty cell means to the model."""

    kind = "text"  # of the sheet's column: text, number, day, choice
    hint = ""  # how it is to be filled in, in a few words
    empty: Any = ""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """What the cell means. Raises ValueError with a sentence."""
        return str(value).strip() if value is not None else ""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """The value as a cell of its own type: text, number or date; None is an empty cell."""
        return None if value == "" else value


class Name(Cell):
    """One line without any space in it, so that the same name is the same text."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if isinstance(value, bool | date):
            raise ValueError("这里应是文字，请核对。")
        if isinstance(value, str):  # brackets and commas stay as they are: they belong to the name
            return "".join((value if value.isascii() else value.translate(HALF_WIDTH)).split())
        return plain(value)


class Whole(Cell):
    """A whole number that is not negative."""

    kind = "number"
    hint = "填整数"
    empty = 0

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        if isinstance(value, bool | date):
            raise ValueError("这里应是整数，请核对。")
        found = value if isinstance(value, int) and value >= 0 else self._read(plain(value))
        if found > 2_147_483_647:
            raise ValueError("数字过大，请核对。")
        return found

    def _read(self, text: str) -> int:
        if GROUPED.fullmatch(text):
            text = text.replace(",", "")
        if not NUMBER.fullmatch(text):
            raise ValueError(f"“{text[:20]}”不是整数，请只填数字。")
        number = Decimal(text)
        if number != number.to_integral_value():
            raise ValueError(f"“{text}”带有小数，这里应是整数。")
        if number < 0:
            raise ValueError("不能是负数，请核对。")
        return int(number)


class Number(Cell):
    """A number with at most `places` decimal places."""

    kind = "number"
    empty = None

    def __init__(self, *, places: int) -> None:
        super().__init__()
        self.places, self.hint = places, f"填数字，最多 {places} 位小数"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal:
        text = "" if isinstance(value, bool | date) else plain(value)
        if GROUPED.fullmatch(text):
            text = text.replace(",", "")
        if not NUMBER.fullmatch(text):
            raise ValueError(f"“{plain(value)[:20]}”不是数字，请只填数字。")
        number = Decimal(text)
        if number != round(number, self.places):
            raise ValueError(f"“{text}”的小数超过 {self.places} 位，请核对。")
        return round(number, self.places)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> float | None:
        return None if value is None else float(value)


class Day(Cell):
    """A date: a real one, or text that can only mean one day."""

    kind = "day"
    hint = "填日期，如 2012-04-10"
    empty = None

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date:
        if isinstance(value, datetime):
            if value.time() != time.min:
                raise ValueError("这里带有时间，请只填日期，如 2012-04-10。")
            return value.date()
        if isinstance(value, date):
            return value
        text = MIDNIGHT.sub("", plain(value))
        found = DAY.fullmatch("".join(text.split())) or (EIGHT_DIGITS.fullmatch(text) if isinstance(value, str | int | float) else None)
        if not found:
            raise ValueError(f"“{text[:20]}”不是完整的日期，请写成 2012-04-10。")
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            raise ValueError(f"没有“{text}”这一天，请核对。") from None


class Choice(Cell):
    """One of the model's choices, by its label; `also` are other words for it that people write."""

    kind = "choice"

    def __init__(self, choices: type[TextChoices] | Sequence[TextChoices], *, also: dict[str, TextChoices] | None = None) -> None:
        super().__init__()
        self.labels = {str(choice.value): str(choice.label) for choice in choices}
        self.hint = f"填{'、'.join(self.labels.values())}"
        self._values = {_squeezed(label): value for value, label in self.labels.items()}
        self._values |= {_squeezed(word): str(choice.value) for word, choice in (also or {}).items()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = _squeezed(plain(value))
        if text not in self._values:
            raise ValueError(f"“{text[:20]}”不在可选范围内，请{self.hint}。")
        return self._values[text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str | None:
        return self.labels.get(value, value) or None


class Choices(Choice):
    """Several of the model's choices, in their own order whatever the order in the cell."""

    empty: Any = ()

    def __init__(self, choices: type[TextChoices] | Sequence[TextChoices], *, also: dict[str, TextChoices] | None = None) -> None:
        super().__init__(choices, also=also)
        self.kind, self.hint = "text", f"{self.hint}，几项用顿号分开"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> tuple[str, ...]:  # type: ignore[override]
        found = {super(Choices, self).clean(part) for part in SEPARATORS.split(plain(value)) if part}
        return self.ordered(found)

    def ordered(self, values: Any) -> tuple[str, ...]:
        return tuple(value for value in self.labels if value in values)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str | None:
        return "、".join(self.labels.get(each, each) for each in value or ()) or None


class YesNo(Cell):
    """是 or 否; an empty cell is 否."""

    kind = "choice"
    hint = "填是或否"
    empty = False
    labels = {"True": "是", "False": "否"}
    _values = dict.fromkeys(("是", "有", "√", "✓", "对", "Y", "YES", "TRUE", "1"), True) | dict.fromkeys(
        ("否", "无", "不是", "没有", "×", "✗", "X", "N", "NO", "FALSE", "0"), False
    )

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        text = _squeezed(plain(value)).upper()
        if text not in self._values:
            raise ValueError(f"“{text[:20]}”不明确，请填“是”或“否”。")
        return self._values[text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "是" if value else "否"


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
