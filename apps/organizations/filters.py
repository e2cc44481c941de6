from typing import Any

import django_filters as filters
from django import forms
from django.utils import timezone

from apps.organizations.enums import UNITS_AT, Kind, PlaceArea, SchoolArea
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.organizations.querysets import OrganizationQuerySet

AREAS = [
    ("村（社区）", [(f"place-{value}", label) for value, label in PlaceArea.choices]),
    ("学校", [(f"school-{value}", f"{label}学校") for value, label in SchoolArea.choices]),
]
CLOSED = {"closed-place": Kind.PLACE, "closed-school": Kind.SCHOOL}
KINDS = [
    *((kind.value, kind.label) for kind in (Kind.COUNTY, Kind.TOWN, Kind.PLACE, Kind.SCHOOL)),
    *((value, f"已撤并{kind.label}") for value, kind in CLOSED.items()),
]


class OrganizationFilter(filters.FilterSet):
    """Finding one's way in the tree by name, kind, reporting unit and area."""

    q = filters.CharFilter(label="名称或代码", method="by_words", max_length=60, widget=forms.TextInput(attrs={"type": "search"}))
    kind = filters.ChoiceFilter(label="类别", choices=KINDS, method="by_kind", empty_label="全部")
    county = filters.ModelChoiceFilter(label="报送单位", queryset=Organization.objects.counties(), empty_label="全部")
    area = filters.ChoiceFilter(label="城乡", choices=AREAS, method="by_area", empty_label="全部")
    reached = filters.ChoiceFilter(label="少先队组织", choices=[("yes", "已有"), ("no", "还没有")], method="by_reach", empty_label="全部")

    within = filters.ModelChoiceFilter(queryset=Organization.objects.all(), method="by_branch", widget=forms.HiddenInput)

    class Meta:
        model = Organization
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request and not scope_for(self.request.user, "organizations.view").everything:
            del self.filters["county"]  # one reporting unit has nothing to choose from

    def by_words(self, queryset: OrganizationQuerySet, name: str, value: str) -> OrganizationQuerySet:
        return queryset.matching(value)

    def by_kind(self, queryset: OrganizationQuerySet, name: str, value: str) -> OrganizationQuerySet:
        """Schools and places are those that are there; the closed ones are asked for by themselves."""
        today = timezone.localdate()
        if closed := CLOSED.get(value):
            return queryset.of_kind(closed).closed_on(today)
        return queryset.of_kind(Kind(value)).open_on(today)

    def by_branch(self, queryset: OrganizationQuerySet, name: str, value: Organization) -> OrganizationQuerySet:
        """What lies below one organization: a figure opens into the rows it counts."""
        return queryset.below(value)

    def by_area(self, queryset: OrganizationQuerySet, name: str, value: str) -> OrganizationQuerySet:
        profile, area = value.split("-")
        return queryset.filter(**{f"{profile}__area": area})

    def by_reach(self, queryset: OrganizationQuerySet, name: str, value: str) -> OrganizationQuerySet:
        """Of towns, schools and places, which alone have units; `unit_count` is already there."""
        if value == "yes":
            return queryset.filter(unit_count__gt=0)
        return queryset.of_kind(*UNITS_AT).open_on(timezone.localdate()).filter(unit_count=0)
