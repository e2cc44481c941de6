"""Text with structure (paragraphs, headings, lists, tables): cleaned of everything else before it is kept, and read as plain text."""

import re
from html.parser import HTMLParser

import nh3
from django.utils.html import escape

TAGS = frozenset("p h3 h4 strong em u ol ul li br table thead tbody tr th td".split())
SPANS = {"colspan", "rowspan"}
BLOCKS = frozenset("p h3 h4 li tr br".split())


def clean(html: str) -> str:
    """The same text with the structure that is kept, and nothing else: no style, no script, no address, no picture."""
    kept = nh3.clean(
        html, tags=set(TAGS), attributes={"td": SPANS, "th": SPANS}, clean_content_tags={"script", "style"}, strip_comments=True
    )
    return kept if plain(kept) else ""


def typed(text: str) -> str:
    """Lines that were typed without an editor, as paragraphs."""
    return "".join(f"<p>{escape(line.strip())}</p>" for line in text.splitlines() if line.strip())


def plain(html: str) -> str:
    """What a person reads, a line for each block."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n{2,}", "\n", "".join(reader.parts)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"\s+", " ", data) if data.strip() else "")

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")
