from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.core import todos
from apps.core.todos import Todo
from apps.organizations.grants import grants_of, scope_for
from apps.organizations.models import Organization
from apps.years import selectors
from apps.years.models import Extension, Window
from apps.years.services.extensions import needless


@todos.source
def to_answer(user: Any) -> Iterator[Todo]:
    """The city office: applications for more time that wait."""
    if "years.open" not in grants_of(user):
        return
    waiting = list(Extension.objects.visible_to(user).waiting().for_list()[:2])
    if len(waiting) == 1:
        text = f"希望延至 {waiting[0].wanted_until:%Y-%m-%d}，请批准或答复。"
        yield Todo(str(waiting[0]), waiting[0].get_absolute_url(), text)
    elif waiting:
        count = Extension.objects.visible_to(user).waiting().count()
        yield Todo("延期申请待答复", reverse("years:extensions"), "请批准或答复。", count=count)


@todos.source
def to_ask(user: Any) -> Iterator[Todo]:
    """A reporting unit: what it did not hand in before the window closed, and may ask more time for."""
    if "years.ask" not in grants_of(user):
        return
    today = timezone.localdate()
    unit = Organization.objects.in_scope(scope_for(user, "years.ask")).counties().get()
    for window in Window.objects.past_for(unit, today):
        if selectors.missing(window=window, user=user).filter(pk=unit.pk).exists() and not needless(window=window, organization=unit):
            url = reverse("years:ask", args=[window.year, window.kind, unit.pk])
            text = f"已于 {window.closes_on:%Y-%m-%d} 截止填报；需要补报的，请申请延期。"
            yield Todo(f"{window.label}没有上报", url, text, due=window.due_at, tone="warning")
