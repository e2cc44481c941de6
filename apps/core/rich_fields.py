"""Structured text in a form: a text area for everybody, an editor where there is JavaScript (static/src/js/editor)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script

from apps.core import rich_text

SUFFIX = "__html"  # the field in which the editor posts; without it, what was typed into the text area counts
MAX_HTML = 300_000  # no text of a permitted length needs more


class RichInput(forms.Textarea):
    """Its value is structured text, whichever way it was written."""

    template_name = "core/rich_input.html"

    class Media:
        js = (Script("dist/editor.js", defer=True),)

    def __init__(self, *, stored: str = "", limit: int, rows: int = 6) -> None:
        super().__init__()
        self.stored, self.limit, self.rows = stored, limit, rows

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str | None:
        html = data.get(name + SUFFIX)
        if html is not None:
            return html if len(html) > MAX_HTML else rich_text.clean(html)
        text = data.get(name)
        return None if text is None else rich_text.clean(rich_text.retyped(text, self.stored))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and name + SUFFIX not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, {**(attrs or {}), "cols": False, "rows": False})
        plain = rich_text.plain(value or "")
        context["widget"] |= {"plain": plain, "suffix": SUFFIX, "limit": self.limit, "rows": max(self.rows, min(20, plain.count("\n") + 2))}
        return context


class RichField(forms.Field):
    """`RichField(stored=html, max_length=8000)`: cleans to HTML that may be kept; the length is that of the words alone."""

    def __init__(self, *, stored: str = "", max_length: int, **kwargs: Any) -> None:
        super().__init__(widget=RichInput(stored=stored, limit=max_length), initial=stored, **kwargs)
        self.max_length = max_length

    def clean(self, value: Any) -> str:
        html = super().clean(value) or ""
        used = rich_text.length(html) if len(html) <= MAX_HTML else len(html)
        if used > self.max_length:
            raise ValidationError(self.error_messages["max_length"], params={"limit_value": self.max_length, "show_value": used})
        return html
