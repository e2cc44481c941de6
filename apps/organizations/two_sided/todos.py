"""What waits in reports that a school files about itself and a partner, the same for each of them."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from apps.core.lifecycle.enums import State
from apps.core.todos import Todo
from apps.organizations.grants import grants_of
from apps.organizations.two_sided.models import RELATED, TwoSidedReport


def unfinished(user: Any, model: type[TwoSidedReport], *, what: str) -> Iterator[Todo]:
    """One's own drafts and what came back, each with its own line."""
    held_at = grants_of(user).get(f"{model._meta.app_label}.edit", frozenset())
    if not held_at:
        return
    for report in model.objects.editable().filter(organization__in=held_at).select_related(*RELATED):
        if report.state == State.RETURNED:
            title = f"{report.year}年{report}的{what}被退回"
            yield Todo(title, report.get_absolute_url(), "请按意见修改后重新提交。", tone="warning", came_back=True)
        else:
            yield Todo(f"完成{report.year}年{report}的{what}", report.get_absolute_url(), "草稿还没有提交。")


def in_turn(user: Any, model: type[TwoSidedReport], *, title: str, text: str) -> Iterator[Todo]:
    """What others have filed and the user decides on; a single one opens at once."""
    waiting = list(model.objects.awaiting(user).select_related(*RELATED)[:2])
    if len(waiting) == 1:
        yield Todo(title, waiting[0].get_absolute_url(), f"{waiting[0].year}年{waiting[0]}。{text}")
    elif waiting:
        url = f"{reverse(f'{model._meta.app_label}:list')}?turn=mine"
        yield Todo(title, url, text, count=model.objects.awaiting(user).count())
