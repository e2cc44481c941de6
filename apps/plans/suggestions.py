"""What other apps know and a plan may say: an app above declares it in its AppConfig (`suggestions`), found like the rooms of the menu."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.html import format_html_join
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Suggestion:
    """A text for one section of the template, made of what the unit has registered elsewhere."""

    section: str  # its key
    title: str
    find: str  # the path of a selector: (unit) -> paragraphs; none where nothing is registered

    def text(self, unit: Any) -> str:
        """As structured text, a paragraph each."""
        return format_html_join("", "<p>{}</p>", [(each,) for each in import_string(self.find)(unit=unit)])


def suggestions() -> Iterator[Suggestion]:
    for config in apps.get_app_configs():
        yield from getattr(config, "suggestions", ())


def suggested(unit: Any) -> dict[str, tuple[str, str]]:
    """Section → (title, text), where there is something to say."""
    return {each.section: (each.title, text) for each in suggestions() if (text := each.text(unit))}
