from typing import Any

from django.core.paginator import Paginator


class Pages(Paginator):
    """A list's pages, of a size that the address cannot change: django-tables2 takes `?per_page=` from anybody, -1 and a million alike."""

    size = 25

    def __init__(self, object_list: Any, per_page: int, **options: Any) -> None:
        super().__init__(object_list, self.size, **options)
