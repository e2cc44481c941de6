from typing import Any

import django_filters as filters
from django import forms
from django.utils import timezone

from apps.counselors.enums import Post, Type
from apps.counselors.models import Counselor, Exchange
from apps.counselors.querysets import CounselorQuerySet
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.organizations.two_sided.filters import TwoSidedFilter

LEFT = "left"


class ExchangeFilter(TwoSidedFilter):
    type = filters.ChoiceFilter(label="形式", choices=Type.choices, empty_label="全部")

    class Meta:
        model = Exchange
        fields = ("year", "county", "type", "state", "turn")


class CounselorFilter(filters.FilterSet):
    """Finding counselors by name, where and what they are, and whether they were trained; those who left are asked for by themselves."""

    q = filters.CharFilter(
        label="姓名", field_name="name", lookup_expr="icontains", max_length=40, widget=forms.TextInput(attrs={"type": "search"})
    )
    county = filters.ModelChoiceFilter(label="报送单位", queryset=Organization.objects.counties(), empty_label="全市")
    post = filters.ChoiceFilter(label="类别", choices=Post.choices, empty_label="全部")
    trained = filters.ChoiceFilter(label="培训", choices=[("yes", "有证书"), ("no", "没有证书")], empty_label="全部", method="by_training")
    state = filters.ChoiceFilter(label="状态", choices=[(LEFT, "已离任")], empty_label="在任", method="by_state")

    class Meta:
        model = Counselor
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not scope_for(self.request.user, "counselors.view").everything:
            del self.filters["county"]

    def by_training(self, queryset: CounselorQuerySet, name: str, value: str) -> CounselorQuerySet:
        return queryset.trained() if value == "yes" else queryset.untrained()

    def by_state(self, queryset: CounselorQuerySet, name: str, value: str) -> CounselorQuerySet:
        return queryset.left_by(timezone.localdate())
