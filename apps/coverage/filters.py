from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from apps.coverage.models import Fact
from apps.coverage.registry import Indicator


class FactFilter(filters.FilterSet):
    """Which rows of the eligible list; year and indicator are part of the page's address."""

    state = filters.ChoiceFilter(label="状态", empty_label="全部", method="in_state")
    group = filters.ChoiceFilter(label="分类", empty_label="全部", method="in_group")
    way = filters.ChoiceFilter(label="覆盖形式", empty_label="全部", method="in_way")
    q = filters.CharFilter(
        label="名称", field_name="organization__name", lookup_expr="icontains", max_length=60, widget=forms.TextInput({"type": "search"})
    )

    class Meta:
        model = Fact
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["state"].extra["choices"] = [("covered", indicator.done), ("missing", indicator.undone)]
        for name, labels in (("group", indicator.groups), ("way", indicator.ways)):
            if labels:
                self.filters[name].extra["choices"] = list(labels.items())
            else:
                del self.filters[name]

    def in_state(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.covered() if value == "covered" else rows.missing()

    def in_group(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.in_group(value)

    def in_way(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.covered_by(value)
