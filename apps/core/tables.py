"""What tables share."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import django_tables2 as tables
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django_tables2 import Column, RequestConfig, TemplateColumn
from django_tables2.columns import BoundColumn
from django_tables2.rows import BoundRow
from django_tables2.utils import Accessor, signature

from apps.core.pages import Pages

BREAK = re.compile(r"<br\s*/?>|</(?:span|p|div|li)>")
NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}  # attrs of a column of numbers: right-aligned, tabular figures


class Table(tables.Table):
    """What every list of the portal is. django-tables2 finds out for each cell what is the same for its whole column; here that is asked
    once, and the rows are put together without a template: that halves the time a page takes.
    """

    file_name = ""  # of the rows as a file, where that is not the caption

    @property
    def named(self) -> str:
        return self.file_name or str(self.caption)

    def body(self) -> str:
        """The rows of this page."""
        columns = [(_says(column), _drawer(column)) for column in self.columns]
        return mark_safe("".join(_line(row, columns) for row in self.paginated_rows))  # noqa: S308  each part is escaped

    def plain(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Heads and all rows as a file has them: numbers and days as such, and no markup. Columns that are not `visible` are for files
        alone; `value_<name>` says what a file has where a page has something else.
        """
        columns = [column for column in self.columns.iterall() if not column.column.exclude_from_export]
        tellers = [_teller(column) for column in columns]
        return [str(column.header) for column in columns], ([tell(row) for tell in tellers] for row in self.rows)


def _line(row: BoundRow, columns: Sequence[tuple[str, Callable[[BoundRow], Any]]]) -> str:
    return f'<tr role="row">{"".join(f"<td{says}>{conditional_escape(draw(row))}</td>" for says, draw in columns)}</tr>'


def _says(column: BoundColumn) -> str:
    """What every cell of a column says of itself, for readers that do not see its head."""
    return format_html(' role="cell" data-label="{}" {}', column.header, column.attrs["td"].as_html())


def _drawer(column: BoundColumn) -> Callable[[BoundRow], Any]:
    """What draws the column's cells: reads the value and hands `render` what it asks for."""
    read, (names, catches_all) = _reader(column.accessor), signature(column.render)

    def draw(row: BoundRow) -> Any:
        value = read(row.record)
        if value in column.column.empty_values:
            return column.default
        known = row._optional_cell_arguments(column, value)
        content = column.render(**(known if catches_all else {name: known[name] for name in names}))
        return column.link(content, **known) if column.link else content

    return draw


def _teller(column: BoundColumn) -> Callable[[BoundRow], Any]:
    """What a file has in the column's cells; None for an empty one, whatever the page shows there."""
    say = column.render if getattr(column.value, "__func__", None) is TemplateColumn.value else column.value
    read, (names, catches_all) = _reader(column.accessor), signature(say)

    def tell(row: BoundRow) -> Any:
        value = read(row.record)
        if value in column.column.empty_values:
            return None
        known = row._optional_cell_arguments(column, value)
        return _unmarked(say(**(known if catches_all else {name: known[name] for name in names})))

    return tell


def _unmarked(value: Any) -> Any:
    """Markup as one line of text; what is neither number, day nor text by the words for it."""
    if isinstance(value, SafeString):
        return " ".join(unescape(strip_tags(BREAK.sub(" ", value))).split())
    return value if value is None or isinstance(value, str | int | float | Decimal | date) else str(value)


def _reader(accessor: str) -> Callable[[Any], Any]:
    """`school__area` of a record: through attributes or keys, a choice by its label, a method by its answer; None where the way ends."""
    *way, last = accessor.split(Accessor.SEPARATOR)

    def read(record: Any) -> Any:
        for step in way:
            record = _step(record, step)
        display = getattr(record, f"get_{last}_display", None) if isinstance(record, Model) else None
        return display() if display else _step(record, last)

    return read


def _step(record: Any, name: str) -> Any:
    found = record.get(name) if isinstance(record, Mapping) else getattr(record, name, None)
    return found() if callable(found) else found


def arranged(request: HttpRequest, table: Table, *, pages: type[Pages] | None = None) -> Table:
    """The table sorted, and where there are `pages` cut into them, as the address asks."""
    return RequestConfig(request, paginate={"paginator_class": pages} if pages else False).configure(table)


class DayColumn(Column):
    """A day, or the day of a moment; django-tables2's own compiles a template for each cell."""

    shape = "%Y-%m-%d"

    def value(self, value: Any) -> date:
        return timezone.localtime(value).date() if isinstance(value, datetime) else value

    def render(self, value: Any) -> str:
        moment = timezone.localtime(value) if isinstance(value, datetime) else value
        return f"{moment:{self.shape}}"


class MomentColumn(DayColumn):
    shape = "%Y-%m-%d %H:%M"

    def value(self, value: datetime) -> datetime:
        return timezone.localtime(value).replace(second=0, microsecond=0, tzinfo=None)
