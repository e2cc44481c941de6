"""What tables share."""

from django.http import HttpRequest
from django_tables2 import RequestConfig, Table

from apps.core.pages import Pages

NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}  # attrs of a column of numbers: right-aligned, tabular figures


def arranged(request: HttpRequest, table: Table, *, pages: type[Pages] | None = None) -> Table:
    """The table sorted, and where there are `pages` cut into them, as the address asks."""
    return RequestConfig(request, paginate={"paginator_class": pages} if pages else False).configure(table)
