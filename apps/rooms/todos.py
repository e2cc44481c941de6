from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from apps.core import todos
from apps.core.lifecycle.enums import State
from apps.core.todos import Todo
from apps.organizations.enums import Kind
from apps.organizations.grants import grants_of
from apps.organizations.models import Organization
from apps.rooms.models import Room


@todos.source
def to_confirm(user: Any) -> Iterator[Todo]:
    """A county: rooms that wait for its confirmation."""
    if waiting := Room.objects.reviewable_by(user).count():
        url = f"{reverse('rooms:list')}?state={State.SUBMITTED}"
        yield Todo("队室待确认", url, "学校登记的队室，请核对后确认或退回。", count=waiting)


@todos.source
def to_register(user: Any) -> Iterator[Todo]:
    """A school's counselor: the room to register, to finish, to revise."""
    held_at = grants_of(user).get("rooms.edit", frozenset())
    if not held_at:
        return
    rooms = {room.organization_id: room for room in Room.objects.filter(organization__in=held_at).select_related("organization")}
    for school in Organization.objects.of_kind(Kind.SCHOOL).filter(pk__in=held_at):
        room = rooms.get(school.pk)
        if room is None:
            yield Todo("登记本校队室", reverse("rooms:list"), "约需 5 分钟，登记后由上级少先队组织确认。")
        elif room.state == State.RETURNED:
            yield Todo(f"{room}被退回", room.get_absolute_url(), "请按意见修改后重新提交。", tone="warning", came_back=True)
        elif room.state == State.DRAFT:
            yield Todo("完成本校队室登记", room.get_absolute_url(), "草稿还没有提交。")
