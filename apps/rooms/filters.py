from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from apps.organizations.enums import SchoolArea
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.rooms.enums import Standing


class SchoolFilter(filters.FilterSet):
    """Narrows the answer of `selectors.schools`."""

    county = filters.ModelChoiceFilter(label="报送单位", queryset=Organization.objects.none(), empty_label="全部")
    state = filters.ChoiceFilter(label="状态", choices=Standing.choices, empty_label="全部", method="by_state")
    standard = filters.ChoiceFilter(
        label="达标情况", choices=[("yes", "规范队室"), ("no", "未达标准")], empty_label="全部", method="by_standard"
    )
    area = filters.ChoiceFilter(label="城乡", field_name="school__area", choices=SchoolArea.choices, empty_label="全部")
    name = filters.CharFilter(label="学校名称", field_name="name", lookup_expr="icontains", max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = scope_for(self.request.user, "rooms.view")
        if scope.everything:
            self.filters["county"].queryset = Organization.objects.counties()
        else:
            del self.filters["county"]

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(room__isnull=True) if value == Standing.MISSING else queryset.filter(room__state=value)

    def by_standard(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(room__is_standard=value == "yes", room__state__in=[Standing.SUBMITTED, Standing.APPROVED])
