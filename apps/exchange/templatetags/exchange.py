"""What lists of other apps ask of this one."""

from typing import Any

from django import template
from django.urls import reverse

from apps.exchange.selectors.standings import brought_by

register = template.Library()


@register.filter
def way_in(user: Any, keys: str) -> str:
    """Where the user brings in one of these ledgers, named with commas; empty when none of them is theirs."""
    mine = [ledger.key for ledger in brought_by(user) if ledger.key in keys.split(",")]
    if not mine:
        return ""
    return reverse("exchange:import", args=mine) if len(mine) == 1 else reverse("exchange:home")
