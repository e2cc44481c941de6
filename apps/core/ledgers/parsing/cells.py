"""What a cell holds, as plain data; and what it cannot hold, with a sentence."""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from apps.core.ledgers.parsing.limits import MAX_TEXT

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SEPARATOR = "\x7f"  # of texts that are sent as one: none of them holds a control character
ESCAPED = re.compile(r"'(?=\s*[=+\-@\t\r])")  # what our own csv puts before a text that a spreadsheet would compute

FORMULA = "这里是公式，请复制后“选择性粘贴”为数值。"
ERROR = "这里是错误值 {}，请改正后重新上传。"
CONTROLS = "这里有看不见的控制字符，请删去后重新输入。"
LONG = f"这里的文字超过 {MAX_TEXT:,} 个字符，请缩短。"
DURATION = "这里是时间或时长，请改为日期或数字。"
NUMBER = "这里不是有效的数字，请改正。"

ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
WHOLE = 1e15  # from here on a float does not tell one whole number from the next
IS_FORMULA, IS_ERROR = 1, 2  # marks: an error's own is its place in ERRORS further


def column(values: Sequence[Any]) -> tuple[str, Any]:
    """A column's cells and how they are sent: "plain"; "text" as one string; "date" as ordinals; "mixed", where dates and faults are lists.

    Most columns hold one kind of cell, and to check and send them all together is several times faster than one by one.
    """
    kinds = set(map(type, values))
    if kinds == {str}:
        text = "".join(values)
        if (text.isprintable() or not CONTROL.search(text)) and (len(text) <= MAX_TEXT or max(map(len, values)) <= MAX_TEXT):
            return "text", SEPARATOR.join(values)
    if kinds == {float} and abs(sum(values)) < WHOLE:  # so none is infinite or no number
        return "plain", [int(value) if value.is_integer() else value for value in values]
    if kinds == {date}:
        return "date", [value.toordinal() for value in values]
    return "mixed", [cell(value) for value in values]


def cell(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return _text(value) if value else None
    if kind is float:
        if not math.isfinite(value):
            return fault(str(value), NUMBER)
        return int(value) if value.is_integer() and abs(value) < WHOLE else value
    if kind is int or kind is bool or value is None:
        return value
    if kind is datetime:
        return ["datetime", value.isoformat()]
    if kind is date:
        return ["date", value.isoformat()]
    return fault(str(value), DURATION if isinstance(value, time | timedelta) else NUMBER)


def marked(value: Any, mark: int) -> Any:
    """A cell of which the workbook says that it is a formula or an error."""
    if mark == IS_FORMULA:
        return fault(str(value), FORMULA)
    error = ERRORS[mark - IS_ERROR]
    return fault(error, ERROR.format(error))


def unescaped(value: str) -> str:
    return value[1:] if value.startswith("'") and ESCAPED.match(value) else value


def fault(text: str, sentence: str) -> list[str]:
    return ["fault", text, sentence]


def _text(value: str) -> Any:
    if len(value) > MAX_TEXT:
        return fault(f"{value[:50]}…", LONG)
    if CONTROL.search(value):
        return fault(CONTROL.sub("\ufffd", value), CONTROLS)
    return value
