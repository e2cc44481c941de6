from typing import Any

import django_filters as filters

from apps.core.ledgers.ledger import Ledger
from apps.exchange.enums import State
from apps.exchange.models import Upload
from apps.exchange.querysets import UploadQuerySet


class UploadFilter(filters.FilterSet):
    """What has been sent, by ledger and by how it stands."""

    ledger = filters.ChoiceFilter(label="台账", choices=(), empty_label="全部")
    state = filters.ChoiceFilter(label="状态", choices=State.choices, empty_label="全部")
    mine = filters.ChoiceFilter(label="导入人", choices=[("me", "只看我的")], method="by_sender", empty_label="全部")

    class Meta:
        model = Upload
        fields = ()

    def __init__(self, *args: Any, ledgers: list[type[Ledger]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["ledger"].extra["choices"] = [(ledger.key, ledger.label) for ledger in ledgers]

    def by_sender(self, queryset: UploadQuerySet, name: str, value: str) -> UploadQuerySet:
        return queryset.sent_by(self.request.user)
