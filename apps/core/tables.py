"""What tables share."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django_tables2 import Column, RequestConfig
from django_tables2.rows import BoundRow, BoundRows
from django_tables2.utils import signature

from apps.core.pages import Pages

NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}  # attrs of a column of numbers: right-aligned, tabular figures


class Row(BoundRow):
    """django-tables2's row, which asks a column once, and not for each cell, what its `render` wants to know."""

    def _call_render(self, bound_column: Any, value: Any = None) -> Any:
        known = self._optional_cell_arguments(bound_column, value)
        if not hasattr(bound_column, "_asks"):
            names, catches_all = signature(bound_column.render)
            bound_column._asks = tuple(known) if catches_all else names
        content = bound_column.render(**{name: known[name] for name in bound_column._asks})
        return bound_column.link(content, **known) if bound_column.link else content


class Rows(BoundRows):
    def __iter__(self) -> Iterator[Row]:
        return (Row(record, table=self.table) for record in self.data)

    def __getitem__(self, key: Any) -> Any:
        return Rows(self.data[key], table=self.table) if isinstance(key, slice) else Row(self.data[key], table=self.table)


class Table(tables.Table):
    """What every list of the portal is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = Rows(self.data, table=self)

    def body(self) -> str:
        """The rows of this page. Put together here: a template takes as long for its 200 cells as for the rest of the page."""
        return mark_safe("".join(self._line(row) for row in self.paginated_rows))  # noqa: S308  each part is escaped

    def _line(self, row: Row) -> str:
        cells = "".join(f"<td{_says(column)}>{conditional_escape(cell)}</td>" for column, cell in row.items())
        return f'<tr role="row" {row.attrs.as_html()}>{cells}</tr>'


def _says(column: Any) -> str:
    """What every cell of a column says of itself, for readers that do not see its head."""
    if not hasattr(column, "_says"):
        column._says = format_html(' role="cell" data-label="{}" {}', column.header, column.attrs["td"].as_html())
    return column._says


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
