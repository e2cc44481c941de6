"""What a cell says of a number or of a row."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.coverage.registry import Indicator
from apps.coverage.selectors import Measure

NOTHING = SafeString('<span class="muted">—</span>')


def fact(measure: Measure) -> SafeString:
    """Of what is itself counted: whether it is done."""
    tone = "success" if measure.ratio.covered else "warning"
    return format_html('<a class="tag tag-{}" href="{}">{}</a>', tone, measure.url, measure.word)


def state(indicator: Indicator, covered: bool) -> str:
    tone, word = ("success", indicator.done) if covered else ("warning", indicator.undone)
    return format_html('<span class="tag tag-{}">{}</span>', tone, word)
