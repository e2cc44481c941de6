from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from apps.coverage.models import Fact
from apps.coverage.registry import Indicator


class FactFilter(filters.FilterSet):
    """Which rows of the eligible list; year and indicator are part of the page's address."""

    state = filters.ChoiceFilter(label="状态", empty_label="全部", method="in_state")
    group = filters.ChoiceFilter(label="分类", empty_label="全部")
    q = filters.CharFilter(
        label="名称", field_name="organization__name", lookup_expr="icontains", max_length=60, widget=forms.TextInput({"type": "search"})
    )

    class Meta:
        model = Fact
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["state"].extra["choices"] = [("covered", indicator.done), ("missing", indicator.undone)]
        if indicator.groups:
            self.filters["group"].extra["choices"] = list(indicator.groups.items())
        else:
            del self.filters["group"]

    def in_state(self, rows: Any, name: str, value: str) -> QuerySet:
        return rows.covered() if value == "covered" else rows.missing()
