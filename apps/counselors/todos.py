from collections.abc import Iterator
from typing import Any

from apps.core import todos
from apps.core.todos import Todo
from apps.counselors.models import Exchange
from apps.organizations.two_sided.todos import in_turn, unfinished


@todos.source
def to_confirm(user: Any) -> Iterator[Todo]:
    """A reporting unit: exchanges that its schools registered."""
    yield from in_turn(user, Exchange, title="辅导员交流待确认", text="学校登记的交流，请核对后确认或退回。")


@todos.source
def to_finish(user: Any) -> Iterator[Todo]:
    """A school: what it has begun, what came back."""
    yield from unfinished(user, Exchange, what="辅导员交流")
