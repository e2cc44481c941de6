from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from apps.core import todos
from apps.core.todos import Todo
from apps.organizations.enums import Kind
from apps.organizations.grants import grants_of, scope_for
from apps.organizations.models import Organization

TITLES = {
    Kind.TOWN: "还没有登记少工委的镇（街道）",
    Kind.PLACE: "还没有少先队组织的村（社区）",
    Kind.SCHOOL: "还没有登记大队、中队的学校",
}


@todos.source
def without_units(user: Any) -> Iterator[Todo]:
    """Whoever keeps a town, its places or a school up to date: where no Pioneer organisation is recorded."""
    if "organizations.edit" not in grants_of(user):
        return
    scope, today = scope_for(user, "organizations.edit"), timezone.localdate()
    mine = Organization.objects.in_scope(scope).without_units(today)
    missing = {kind: mine.of_kind(kind).count() for kind in TITLES}
    tone = "info" if scope.counties else "action"  # a reporting unit waits for its towns and schools
    for kind, title in TITLES.items():
        if count := missing[kind]:
            url = f"{reverse('organizations:list')}?{urlencode({'kind': kind.value, 'reached': 'no'})}"
            yield Todo(title, url, "有新成立的，请及时登记。", count=count, tone=tone)
