"""Written text (apps/core/rich_text.py) as the blocks that a paper is made of, whatever it is printed with.

What was numbered by hand keeps its numbers. What was not is numbered as GB/T 9704 has it: （一）, then 1., then （1）.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

TYPED = re.compile(r"^\s*(?:[（(]?(?:[一二三四五六七八九十百]+|\d{1,3})[）)]|[一二三四五六七八九十百]+、|\d{1,3}[.．、](?!\d))\s*")
# Official texts set no space between Chinese characters and figures or Latin letters.
LOOSE = re.compile(r"(?<=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]) +(?=\S)|(?<=\S) +(?=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])")
FIRST_LEVEL = re.compile(r"^\s*([一二三四五六七八九十百]+)、\s*")
MARKS = {"strong": "strong", "em": "em", "u": "u", "b": "strong", "i": "em"}
DASH = "——"  # what an unnumbered item of an official text begins with


@dataclass(frozen=True)
class Run:
    """Some characters and how they are marked; a line break is "\\n"."""

    text: str
    marks: frozenset[str] = frozenset()


@dataclass
class Paragraph:
    runs: list[Run] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass
class Heading(Paragraph):
    level: int = 2  # 1 一、 2 （一） 3 1.


@dataclass
class Item(Paragraph):
    """One of a list: `number` counts it, 0 where the list is not numbered; lists within lists are one deeper."""

    number: int = 0
    depth: int = 0


@dataclass
class Cell:
    paragraphs: list[Paragraph] = field(default_factory=list)
    is_head: bool = False
    colspan: int = 1
    rowspan: int = 1


@dataclass
class Table:
    rows: list[list[Cell]] = field(default_factory=list)

    @property
    def width(self) -> int:
        return max((sum(cell.colspan for cell in row) for row in self.rows), default=0)

    @property
    def head(self) -> int:
        """How many rows at the top are heads."""
        return next((n for n, row in enumerate(self.rows) if not all(cell.is_head for cell in row)), len(self.rows))


Block = Paragraph | Table


def read(html: str) -> list[Block]:
    """The blocks of one text, numbered."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return list(_numbered([block for block in reader.blocks if isinstance(block, Table) or block.text.strip()]))


def chinese(number: int) -> str:
    """1 → 一, 12 → 十二; up to 99."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else digits[tens]) + "十" if tens else "") + (digits[ones] if ones or not tens else "")


def label(level: int, number: int) -> str:
    """The number of a heading as GB/T 9704 writes it."""
    return (f"{chinese(number)}、", f"（{chinese(number)}）", f"{number}.", f"（{number}）")[level - 1]


def _numbered(blocks: list[Block]) -> Iterator[Block]:
    by_hand = {block.level for block in blocks if isinstance(block, Heading) and TYPED.match(block.text)}
    counts = {2: 0, 3: 0}
    for block in blocks:
        if isinstance(block, Heading):
            counts[block.level] += 1
            if block.level == 2:
                counts[3] = 0
                _one_below(block)
            if block.level not in by_hand:
                _begin_with(block, label(block.level, counts[block.level]))
        elif isinstance(block, Item) and not TYPED.match(block.text):
            _begin_with(block, label(3 if block.depth == 0 else 4, block.number) if block.number else DASH)
        yield block


def _one_below(heading: Heading) -> None:
    """一、 is the paper's own first level: what was numbered so by hand within a part stands one below it."""
    if heading.runs and (typed := FIRST_LEVEL.match(heading.runs[0].text)):
        first = heading.runs[0]
        heading.runs[0] = Run(f"（{typed[1]}）{first.text[typed.end() :]}", first.marks)


def _begin_with(block: Paragraph, number: str) -> None:
    """The number stands apart from a figure: 1. 12个镇 is no 1.12."""
    block.runs.insert(0, Run(f"{number}\u2002" if number[-1] == "." and block.text[:1].isdecimal() else number))


class _Reader(HTMLParser):
    """The subset that rich_text keeps: p h3 h4 strong em u ol ul li br and tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.lists: list[int | None] = []  # the last number of each open list; None where it has none
        self.marks: list[str] = []
        self.tables: list[Table] = []
        self.open: Paragraph | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "h3", "h4"):
            if not (tag == "p" and isinstance(self.open, Item) and not self.open.text.strip()):
                self._begin(Paragraph() if tag == "p" else Heading(level=int(tag[1]) - 1))
        elif tag in ("ol", "ul"):
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "br":
            self._say("\n")
        elif tag in MARKS:
            self.marks.append(MARKS[tag])
        elif tag == "table":
            self._table()
        elif tag == "tr" and self.tables:
            self.tables[-1].rows.append([])
        elif tag in ("td", "th") and self.tables:
            self._cell(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul") and self.lists:
            self.lists.pop()
        elif tag in MARKS and MARKS[tag] in self.marks:
            self.marks.reverse()
            self.marks.remove(MARKS[tag])
            self.marks.reverse()
        elif tag == "table" and self.tables:
            self.tables.pop()
        if tag in ("p", "h3", "h4", "li", "td", "th", "table"):
            self.open = None

    def handle_data(self, data: str) -> None:
        text = LOOSE.sub("", re.sub(r"[ \t\r\n\f\xa0]+", " ", data))
        if text.strip() or (self.open and self.open.text.strip()):
            self._say(text if self.open and self.open.runs else text.lstrip())

    def _say(self, text: str) -> None:
        if self.open is None:
            self._begin(Paragraph())
        if self.open is not None:
            self.open.runs.append(Run(text, frozenset(self.marks)))

    def _begin(self, block: Paragraph) -> None:
        self.open = block
        cells = [cell for table in self.tables[-1:] for row in table.rows[-1:] for cell in row[-1:]]
        (cells[0].paragraphs if cells else self.blocks).append(block)

    def _item(self) -> None:
        number = 0
        if self.lists and (last := self.lists[-1]) is not None:
            number = self.lists[-1] = last + 1
        self._begin(Item(number=number, depth=max(0, len(self.lists) - 1)))

    def _table(self) -> None:
        self.open = None
        table = Table()
        if not self.tables:  # one within another is told as its own
            self.blocks.append(table)
        self.tables.append(table)

    def _cell(self, tag: str, attributes: dict[str, Any]) -> None:
        table, self.open = self.tables[-1], None
        if not table.rows:
            table.rows.append([])
        table.rows[-1].append(Cell([], tag == "th", _span(attributes.get("colspan")), _span(attributes.get("rowspan"))))


def _span(value: Any) -> int:
    return min(50, max(1, int(value))) if str(value or "").isdecimal() else 1


def plain(runs: Iterable[Run]) -> str:
    return "".join(run.text for run in runs)
