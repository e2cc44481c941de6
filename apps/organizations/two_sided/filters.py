from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from apps.core.lifecycle.enums import State
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization


class TwoSidedFilter(filters.FilterSet):
    """Year and state; for whoever decides, what waits for them; for whoever sees the whole city, the reporting unit of either side."""

    year = filters.ChoiceFilter(label="年度", empty_label="全部")
    county = filters.ModelChoiceFilter(label="报送单位", queryset=Organization.objects.counties(), empty_label="全市", method="of_county")
    state = filters.ChoiceFilter(label="状态", empty_label="全部")
    turn = filters.ChoiceFilter(label="办理", choices=[("mine", "待我办理")], empty_label="全部", method="in_turn")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queryset: Any = self.queryset
        self.filters["year"].extra["choices"] = [(year, f"{year}年") for year in queryset.years()]
        labels = queryset.model.state_labels
        self.filters["state"].extra["choices"] = [(state, labels.get(state, state.label)) for state in State]
        user, app = self.request.user, queryset.model._meta.app_label
        if not scope_for(user, f"{app}.view").everything:
            del self.filters["county"]
        if not (user.has_perm(f"{app}.accept") or user.has_perm(f"{app}.review")):
            del self.filters["turn"]

    def of_county(self, queryset: Any, name: str, value: Organization) -> QuerySet:
        return queryset.of_county(value)

    def in_turn(self, queryset: Any, name: str, value: str) -> QuerySet:
        return queryset.awaiting(self.request.user)
