import django_filters as filters

from apps.counselors.enums import Type
from apps.counselors.models import Exchange
from apps.organizations.two_sided.filters import TwoSidedFilter


class ExchangeFilter(TwoSidedFilter):
    type = filters.ChoiceFilter(label="形式", choices=Type.choices, empty_label="全部")

    class Meta:
        model = Exchange
        fields = ("year", "county", "type", "state", "turn")
