from typing import Any

import django_filters as filters
from django import forms

from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for, worn_by
from apps.organizations.models import Organization
from apps.organizations.roles import ROLES
from apps.people.enums import State
from apps.people.models import Person
from apps.people.querysets import PersonQuerySet
from apps.people.selectors import POSTED


class PersonFilter(filters.FilterSet):
    """Finding somebody by name or account, organization, role, and how their account stands."""

    q = filters.CharFilter(label="姓名或账号", method="by_words", max_length=60, widget=forms.TextInput(attrs={"type": "search"}))
    organization = filters.ModelChoiceFilter(label="单位", queryset=Organization.objects.none(), method="by_branch", empty_label="全部")
    role = filters.ChoiceFilter(label="角色", method="by_role", empty_label="全部")
    state = filters.ChoiceFilter(label="状态", method="by_state", empty_label="全部")
    managed = filters.ChoiceFilter(label="管理", choices=[("mine", "由我管理")], method="by_keeper", empty_label="全部")

    class Meta:
        model = Person
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.request.user
        visible = Organization.objects.in_scope(scope_for(user, "people.view")).of_kind(*POSTED)
        self.filters["organization"].queryset = visible.order_by("path")
        held = {role for worn in worn_by(user) for role in ROLES if ROLES[role].levels & _levels_below(worn.organization.kind)}
        self.filters["role"].extra["choices"] = [(role, ROLES[role].label) for role in ROLES if role in held]
        self.filters["state"].extra["choices"] = [(state.value, state.words) for state in State]
        if not user.has_perm("people.manage"):
            del self.filters["managed"]
        asked = self.data.get("organization", "") if self.data else ""
        field: Any = self.form.fields["organization"]
        field.widget.choices = [("", "全部"), *((each.pk, str(each)) for each in _nearest(visible, asked))]

    def by_words(self, queryset: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return queryset.matching(value)

    def by_branch(self, queryset: PersonQuerySet, name: str, value: Organization) -> PersonQuerySet:
        return queryset.within(value)

    def by_role(self, queryset: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return queryset.in_role(value)

    def by_state(self, queryset: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return queryset.in_state(value)

    def by_keeper(self, queryset: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return queryset.managed_by(self.request.user)


def _nearest(visible: Any, asked: str) -> list[Organization]:
    """The reporting units where there are several, else the towns of the one; and whichever the address asks for."""
    counties = list(visible.counties())
    near = counties if len(counties) > 1 else [*counties, *visible.of_kind(Kind.TOWN).order_by("code", "pk")]
    if asked.isascii() and asked.isdigit() and len(asked) < 16 and int(asked) not in {each.pk for each in near}:
        near += list(visible.of_kind(*POSTED).filter(pk=int(asked)))
    return near


def _levels_below(kind: str) -> frozenset[Kind]:
    """The levels at which roles may be held from there down."""
    return frozenset(POSTED[POSTED.index(Kind(kind)) :])
