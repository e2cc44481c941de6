"""Filters that every template may use."""

from datetime import date

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def percent(value: float | None) -> str:
    """0.7998 → "80.0%"; nothing to divide by → "—"."""
    return "—" if value is None else f"{value * 100:.1f}%"


@register.filter
def days_left(day: date) -> int:
    """Whole days from today to a date; negative when it has passed."""
    return (day - timezone.localdate()).days
