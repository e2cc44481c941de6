"""What tables share."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django_tables2 import Column, RequestConfig, Table

from apps.core.pages import Pages

NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}  # attrs of a column of numbers: right-aligned, tabular figures


def arranged(request: HttpRequest, table: Table, *, pages: type[Pages] | None = None) -> Table:
    """The table sorted, and where there are `pages` cut into them, as the address asks."""
    return RequestConfig(request, paginate={"paginator_class": pages} if pages else False).configure(table)


class DayColumn(Column):
    """A day, or the day of a moment; django-tables2's own compiles a template for each cell."""

    shape = "%Y-%m-%d"

    def render(self, value: Any) -> str:
        moment = timezone.localtime(value) if isinstance(value, datetime) else value
        return f"{moment:{self.shape}}"


class MomentColumn(DayColumn):
    shape = "%Y-%m-%d %H:%M"
