"""The small marks by which a report's state is known wherever it is named."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import mark_safe

from apps.core.lifecycle.enums import State

TONES = {State.DRAFT: "muted", State.SUBMITTED: "info", State.RETURNED: "warning", State.APPROVED: "success"}
LATE = mark_safe('<span class="tag tag-danger">逾期</span>')


def state(report: Any | None, *, late: bool = False) -> str:
    """The report's state in its own words; without a report, that there is none."""
    tone, label = (TONES[State(report.state)], report.state_label) if report else ("open", "未填报")
    return mark(tone, label, late=late or (report is not None and report.is_late))


def mark(tone: str, label: str, *, late: bool = False) -> str:
    """A state by its words, where there is no report to ask."""
    return format_html('<span class="tags"><span class="tag tag-{}">{}</span>{}</span>', tone, label, LATE if late else "")
