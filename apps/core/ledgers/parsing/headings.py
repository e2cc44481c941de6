"""Where the headings stand, and which column is which: under titles, shifted, reordered, with stars and units, in one row or two."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain
from typing import Any, TypedDict

from apps.core.ledgers.parsing.limits import HEADING_ROWS

ASIDE = re.compile(r"\((?:必填|选填|可选|可不填|非必填|必填项|选填项)\)|[*※]+$|^[*※]+")
UNIT = re.compile(
    r"\((?:单位:?)?(?:人|人数|名|个|所|支|次|场|项|份|节|%|元|万元|平方米|m2|岁|年|年份|月|日|天|小时|分钟|千米|公里|km)\)$"
    r"|\((?:如|例|格式|请|单选|多选|下拉)[^()]*\)$"
    r"|\([^()]*[/、|][^()]*\)$"  # what may be chosen
)

SHOWN = 50  # characters of a heading that the page tells of


class Wanted(TypedDict):
    """A head as the portal asks for it: its name, then its aliases."""

    names: list[str]
    required: bool


class Found:
    """The columns of a sheet below a row of headings."""

    def __init__(self, heading: int, texts: list[str]) -> None:
        self.heading, self.texts = heading, texts  # the row's number, from 1
        self.columns: dict[int, int] = {}  # head → where it stands
        self.renamed: dict[int, str] = {}  # head → how the file calls it
        self.doubled: list[str] = []

    @property
    def unknown(self) -> list[str]:
        taken = set(self.columns.values())
        return [text[:SHOWN] for column, text in enumerate(self.texts) if text and column not in taken]


def plain(text: Any) -> str:
    """A heading without what differs from hand to hand: width, spaces, case, stars and “必填”."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(text))).casefold()
    return ASIDE.sub("", ASIDE.sub("", text))


def find(rows: Sequence[Sequence[Any]], heads: Sequence[Wanted]) -> Found | None:
    """The row among the first ones that names most heads, alone or below a row of merged headings."""
    best: Found | None = None
    above: Sequence[Any] = ()
    for number, row in enumerate(rows[:HEADING_ROWS], 1):
        for texts in (row, _over(above, row)):
            found = match(number, [str(text).strip() for text in texts], heads)
            if found.columns and (best is None or len(found.columns) > len(best.columns)):
                best = found
        above = row
    return best


def match(number: int, texts: list[str], heads: Sequence[Wanted]) -> Found:
    """Names come before aliases, and exact headings before those that go on with a unit."""
    found = Found(number, texts)
    exact = [plain(text) for text in texts]
    for columns in (exact, [UNIT.sub("", text) for text in exact]):
        for names in ([head["names"][:1] for head in heads], [head["names"][1:] for head in heads]):
            for index, wanted in enumerate(names):
                _take(found, index, {plain(name) for name in wanted}, columns)
    for index, column in found.columns.items():
        if UNIT.sub("", exact[column]) != UNIT.sub("", plain(heads[index]["names"][0])):
            found.renamed[index] = texts[column][:SHOWN]
    return found


def _take(found: Found, index: int, wanted: set[str], columns: list[str]) -> None:
    taken = set(found.columns.values())
    places = [column for column, text in enumerate(columns) if text in wanted and column not in taken]
    if places and index not in found.columns:
        found.columns[index] = places[0]
        if len(places) > 1:
            found.doubled.append(found.texts[places[0]])


def _over(above: Sequence[Any], row: Sequence[Any]) -> list[Any]:
    """Two rows as one: the lower one names the columns; where it is silent, the upper one does."""
    length = max(len(above), len(row))
    upper, lower = chain(above, [""] * (length - len(above))), chain(row, [""] * (length - len(row)))
    return [low if str(low).strip() else high for high, low in zip(upper, lower, strict=True)]
