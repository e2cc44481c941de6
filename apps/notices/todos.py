from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from apps.core import todos
from apps.core.todos import Todo
from apps.notices.models import Delivery
from apps.organizations.grants import grants_of


@todos.source
def undelivered(user: Any) -> Iterator[Todo]:
    """Whoever connects channels: what did not arrive, or perhaps did."""
    if "notices.connect" not in grants_of(user):
        return
    if count := Delivery.objects.visible_to(user).undelivered().recent()[:100].count():
        yield Todo(
            "通知没有送达",
            f"{reverse('notices:deliveries')}?state=undelivered",
            "最近 30 天的邮件或群消息没有送达，或不能确定，请查看原因。",
            count,
            tone="warning",
        )
