"""How an inbox and the list of sendings are narrowed down."""

from typing import Any

import django_filters as filters
from django.utils import timezone

from apps.notices.enums import Channel, Kind, State
from apps.notices.models import Delivery, Notice
from apps.notices.querysets import DeliveryQuerySet, NoticeQuerySet

UNREAD, READ, PAST = "unread", "read", "past"
OPEN = "undelivered"


class NoticeFilter(filters.FilterSet):
    """By whether it has been read, and what it is about; what was read over a year ago is shown only when asked for."""

    state = filters.ChoiceFilter(
        label="范围", choices=[(UNREAD, "未读"), (READ, "已读"), (PAST, "一年以前")], method="by_state", empty_label="全部"
    )
    kind = filters.ChoiceFilter(label="类别", choices=Kind.choices, method="by_kind", empty_label="全部")

    class Meta:
        model = Notice
        fields = ()

    def filter_queryset(self, queryset: Any) -> Any:
        now = timezone.now()
        asked = self.form.cleaned_data.get("state")
        return super().filter_queryset(queryset.past(now) if asked == PAST else queryset.current(now))

    def by_state(self, queryset: NoticeQuerySet, name: str, value: str) -> NoticeQuerySet:
        return {UNREAD: queryset.unread, READ: queryset.read}.get(value, queryset.all)()

    def by_kind(self, queryset: NoticeQuerySet, name: str, value: str) -> NoticeQuerySet:
        return queryset.of_kind(value)


class DeliveryFilter(filters.FilterSet):
    """By channel, and how far a sending has come."""

    channel = filters.ChoiceFilter(label="方式", choices=Channel.choices, method="by_channel", empty_label="全部")
    state = filters.ChoiceFilter(label="状态", choices=[(OPEN, "需要处理"), *State.choices], method="by_state", empty_label="全部")

    class Meta:
        model = Delivery
        fields = ()

    def by_channel(self, queryset: DeliveryQuerySet, name: str, value: str) -> DeliveryQuerySet:
        return queryset.over(value)

    def by_state(self, queryset: DeliveryQuerySet, name: str, value: str) -> DeliveryQuerySet:
        return queryset.undelivered() if value == OPEN else queryset.in_state(value)
