"""Filters and tags that every template may use."""

from datetime import date, datetime
from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from apps.core import rich_text
from apps.core.lifecycle import receipts, tags
from apps.core.lifecycle.models import Report, Step
from apps.core.lifecycle.stages import Stage
from apps.core.lifecycle.stages import stages as stages_of

register = template.Library()


@register.filter
def percent(value: float | None) -> str:
    """0.7998 → "80.0%"; nothing to divide by → "—"."""
    return "—" if value is None else f"{value * 100:.1f}%"


@register.filter
def as_number(value: Any) -> float | None:
    """A component's attribute as a number: "0.62" → 0.62; "" and None → None."""
    return None if value in (None, "") else float(value)


_BAR = """<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="{}" focusable="false">\
<rect class="bar-track" width="1000" height="10" />{}{}</svg>"""
_FILL = SafeString('<rect class="bar-fill bar-{}" width="{:.0f}" height="10" />')
_TARGET = SafeString('<rect class="bar-target" x="{:.0f}" width="6" height="10" />')


@register.simple_tag
def bar(value: float | None, target: float | None, label: str = "", tone: str = "") -> SafeString:
    """A share, and the one that is to be reached. Drawn in SVG: a strict content policy allows no width in a style attribute.
    Its colour is that of `tone` where the page has judged the share, else it is short of the target or not.

    Written here and not in its template, because a table of a nation has hundreds.
    """
    said = f"{label}{'：' if label else ''}{percent(value)}{f'，目标 {percent(target)}' if target else ''}"
    tone = tone or ("danger" if value and target and value < target else "success")
    fill = SafeString(_FILL.format(tone, value * 1000)) if value else ""
    return format_html(_BAR, said, fill, SafeString(_TARGET.format(target * 994)) if target else "")


@register.filter
def days_left(day: date) -> int:
    """Whole days from today to a date (or the day of a moment); negative when it has passed."""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return (day - timezone.localdate()).days


@register.filter
def due_in(day: date) -> str:
    """How far a due day is, in words: "还有 5 天", "今天截止", "已逾期 3 天"."""
    left = days_left(day)
    if left == 0:
        return "今天截止"
    return f"还有 {left} 天" if left > 0 else f"已逾期 {-left} 天"


@register.filter
def state_tags(report: Report | None, late: bool = False) -> str:
    """Where a report stands, as <c-state> and the tables show it."""
    return tags.state(report, late=late)


@register.filter
@cache
def icon(name: str) -> SafeString:
    """The drawing of <c-icon>, made once: for places that show many."""
    return render_to_string("components/icon.html", {"name": name})


@register.filter
def stages(report: Report) -> list[Stage]:
    """Where a report stands and what comes next, for <c-steps>."""
    return stages_of(report)


@register.filter
def rich(text: str) -> SafeString:
    """Written text as it is shown: cleaned once more, whatever the database holds."""
    return mark_safe(rich_text.clean(text))  # noqa: S308


@register.filter
def has_receipt(step: Step) -> bool:
    """Is it a step that somebody gets a receipt for?"""
    return receipts.has_receipt(step)


@register.filter
def receipt_code(step: Step) -> str:
    """The code of the step's receipt."""
    return receipts.code_of(step)
