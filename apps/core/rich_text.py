"""Text with structure (paragraphs, headings, lists, tables): cleaned of everything else before it is kept, and read as plain text."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import groupby

import nh3
from django.utils.html import escape

TAGS = frozenset("p h3 h4 strong em u ol ul li br table thead tbody tr th td".split())
SPANS = frozenset({"colspan", "rowspan"})
MAX_SPAN = 20
MAX_PASSES = 5
BLOCKS = frozenset("p h3 h4 ol ul table".split())
MARKER = re.compile(r"(\d+)\. |• ")  # how the plain text shows an item of a list
SAME_AS = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ufffe\uffff]")


def clean(html: str) -> str:
    """The same text with the structure that is kept, and nothing else: no style, no script, no address, no picture."""
    html = INVISIBLE.sub("", html.replace("\r\n", "\n"))
    for _ in range(MAX_PASSES):  # what is taken away may leave text where none may stand, which the next parser moves
        kept = INVISIBLE.sub("", _once(html))
        if kept == html:
            break
        html = kept
    return kept if length(kept) else ""


def typed(text: str) -> str:
    """Lines that were typed without an editor, as paragraphs; lines that begin "1. " or "• ", as a list."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "".join(_block(kind, list(group)) for kind, group in groupby(lines, key=_list_of))


def retyped(text: str, stored: str) -> str:
    """What was typed without an editor over a text that has structure: the blocks whose lines are all unchanged stay as they are."""
    blocks = list(_blocks(stored))
    before = [(n, line) for n, block in enumerate(blocks) for line in plain(block).splitlines()]
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    found: dict[int, set[int]] = {}
    matcher = SequenceMatcher(None, [" ".join(line.split()) for _, line in before], lines, autojunk=False)
    for mine, theirs, size in matcher.get_matching_blocks():
        for step in range(size):
            found.setdefault(before[mine + step][0], set()).add(theirs + step)
    kept: dict[int, tuple[int, str]] = {}  # the first line of a block that is whole → how many lines it has, and the block
    for n, block in enumerate(blocks):
        places = found.get(n, set())
        if places and len(places) == sum(owner == n for owner, _ in before) == max(places) - min(places) + 1:
            kept[min(places)] = (len(places), block)
    written: list[str] = []
    loose: list[str] = []
    at = 0
    while at < len(lines):
        if at in kept:
            written += [typed("\n".join(loose)), kept[at][1]]
            loose, at = [], at + kept[at][0]
        else:
            loose, at = [*loose, lines[at]], at + 1
    return "".join([*written, typed("\n".join(loose))])


def plain(html: str) -> str:
    """What a person reads: a line for each paragraph, item and row, the items with their numbers."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return squeezed("".join(reader.parts))


def squeezed(text: str) -> str:
    """Lines without blanks around them, none of them empty: as `plain` puts them."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())


def length(html: str) -> int:
    """How many characters were written, blanks and the numbers of lists not counted."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return sum(len("".join(text.split())) for text in reader.written)


def _once(html: str) -> str:
    return nh3.clean(
        re.sub(r"(?i)(</?)(b|i|h[1256])(?=[\s/>])", lambda tag: tag[1] + SAME_AS[tag[2].lower()], html),
        tags=set(TAGS),
        attributes={"td": set(SPANS), "th": set(SPANS)},
        attribute_filter=lambda tag, name, value: _span(value),
        clean_content_tags={"script", "style", "title", "textarea"},
        strip_comments=True,
        link_rel=None,
    )


def _span(value: str) -> str | None:
    """A span as it may stand: a number from 2 to MAX_SPAN."""
    return value if re.fullmatch(r"[1-9]\d?", value) and 2 <= int(value) <= MAX_SPAN else None


def _list_of(line: str) -> str:
    found = MARKER.match(line)
    return "" if not found else "ol" if found[1] else "ul"


def _block(kind: str, lines: list[str]) -> str:
    if kind == "ol" and [int(line.split(".")[0]) for line in lines] != list(range(1, len(lines) + 1)):
        kind = ""  # "3. " alone is somebody's own way of counting
    if not kind:
        return "".join(f"<p>{escape(line)}</p>" for line in lines)
    items = "".join(f"<li><p>{escape(MARKER.sub('', line, count=1))}</p></li>" for line in lines)
    return f"<{kind}>{items}</{kind}>"


def _blocks(html: str) -> Iterator[str]:
    """The outermost blocks of cleaned text."""
    outline = _Outline(html)
    outline.feed(html)
    outline.close()
    ends = [*outline.starts[1:], len(html)] if html else []
    yield from (html[start:end] for start, end in zip(outline.starts, ends, strict=True))


class _Outline(HTMLParser):
    """Where the outermost blocks begin."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [0, *(end.end() for end in re.finditer("\n", html))]
        self.depth = 0
        self.starts: list[int] = [0] if html else []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in BLOCKS:
            if not self.depth:
                line, column = self.getpos()
                start = self.lines[line - 1] + column
                self.starts += [start] if start else []
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in BLOCKS


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.written: list[str] = []  # without the numbers of lists
        self.lists: list[int] = []  # for each list around: how many items so far; -1 where they are not numbered
        self.cells = 0

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"\s+", " ", data))
        self.written.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in BLOCKS or tag in ("li", "tr"):
            self._end_line(starting=True)
        if tag == "br":
            self.parts.append(" " if self.cells else "\n")
        elif tag in ("ol", "ul"):
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            if self.lists and self.lists[-1] >= 0:
                self.lists[-1] += 1
            self.parts.append(f"{self.lists[-1]}. " if self.lists and self.lists[-1] > 0 else "• ")
        elif tag in ("td", "th"):
            self.cells += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.cells = max(0, self.cells - 1)
            self.parts.append("　")
        elif tag in ("ol", "ul") and self.lists:
            self.lists.pop()
        if tag in BLOCKS or tag in ("li", "tr"):
            self._end_line()

    def _end_line(self, *, starting: bool = False) -> None:
        if self.cells:
            self.parts.append(" ")
        elif not (starting and self.parts and MARKER.fullmatch(self.parts[-1])):  # the number of an item stands before its paragraph
            self.parts.append("\n")
