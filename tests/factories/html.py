"""A page's form as a browser would send it back, untouched."""

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = mark
        self.inside, self.sent = False, list[tuple[str, str]]()
        self.select = self.area = ""
        self.text, self.patterns = "", 0  # a browser sends nothing of a <template>

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        self.patterns += tag == "template"
        self.inside = self.inside or (tag == "form" and self.mark in given)
        name, kind = given.get("name", ""), given.get("type", "text")
        if not self.inside or self.patterns:
            return
        if tag == "input" and name and kind != "file" and (kind not in ("radio", "checkbox") or "checked" in given):
            self.sent.append((name, given.get("value", "on" if kind in ("radio", "checkbox") else "")))
        elif tag == "textarea":
            self.area, self.text = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.sent.append((self.select, given.get("value", "")))

    def handle_data(self, data: str) -> None:
        self.text += data if self.area else ""

    def handle_endtag(self, tag: str) -> None:
        self.patterns -= tag == "template"
        if tag == "textarea" and self.area:
            self.sent.append((self.area, self.text.removeprefix("\n")))
            self.area = ""
        self.select = "" if tag == "select" else self.select
        self.inside = self.inside and tag != "form"


def as_sent(page: Any, mark: str) -> dict[str, list[str]]:
    """The fields of the form that carries an attribute, in the shape that Django's test client posts."""
    form = _Form(mark)
    form.feed(page.content.decode())
    return {name: [value for other, value in form.sent if other == name] for name, _ in form.sent}
