"""What tables share."""

from django.http import HttpRequest
from django_tables2 import RequestConfig, Table

NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}  # attrs of a column of numbers: right-aligned, tabular figures


def arranged(request: HttpRequest, table: Table, *, per_page: int = 0) -> Table:
    """The table sorted, and where there is a `per_page` cut into pages, as the address asks."""
    return RequestConfig(request, paginate={"per_page": per_page} if per_page else False).configure(table)
