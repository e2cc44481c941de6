import django_filters as filters
from django.db.models import QuerySet

from apps.organizations.two_sided.filters import TwoSidedFilter
from apps.pairings.enums import Kind
from apps.pairings.models import Pairing


class PairingFilter(TwoSidedFilter):
    kind = filters.ChoiceFilter(label="类型", choices=Kind.choices, empty_label="全部", method="of_kind")

    class Meta:
        model = Pairing
        fields = ("year", "county", "kind", "state", "turn")

    def of_kind(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(kinds__contains=[value])
