from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class Pages(Paginator):
    """A list's pages, of a size that the address cannot change: django-tables2 takes `?per_page=` from anybody, -1 and a million alike.

    Rows are counted up to `most`: nobody turns forty pages, and to count 200,000 rows takes longer than to show the first of them.
    """

    size = 25
    most = 1000

    def __init__(self, object_list: Any, per_page: int, **options: Any) -> None:
        super().__init__(object_list, self.size, **options)

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.most)

    @property
    def is_cut(self) -> bool:
        """There are more rows than the pages show."""
        return self._counted > self.most

    @cached_property
    def _counted(self) -> int:
        data = getattr(self.object_list, "data", self.object_list)  # django-tables2 pages the rows of a table
        rows = getattr(data, "data", data)
        return rows.order_by()[: self.most + 1].count() if isinstance(rows, QuerySet) else len(rows)


class AllPages(Pages):
    """For lists that the city's size bounds: every place and school has its page."""

    most = 5000
