"""What waits: the todos of all apps, in piles."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core import todos
from apps.core.todos import Todo

PILES = (("returned", "退回修改"), ("late", "已经逾期"), ("warning", "请先办理"), ("action", "等您办理"), ("info", "供您了解"))


@dataclass(frozen=True)
class Pile:
    """The todos of one kind."""

    key: str
    label: str
    todos: tuple[Todo, ...]


def piles(user: Any, now: datetime) -> list[Pile]:
    """What waits for the user: what came back, what is late, and the rest; a pile with nothing in it is left out."""
    waiting = todos.of(user)
    found = [Pile(key, label, tuple(todo for todo in waiting if _pile_of(todo, now) == key)) for key, label in PILES]
    return [pile for pile in found if pile.todos]


def _pile_of(todo: Todo, now: datetime) -> str:
    if todo.came_back:
        return "returned"
    return "late" if todo.tone == "warning" and todo.due and todo.due < now else todo.tone


def greeting(at: datetime) -> str:
    """The hour's greeting."""
    for until, words in ((6, "夜深了"), (9, "早上好"), (12, "上午好"), (14, "中午好"), (18, "下午好")):
        if at.hour < until:
            return words
    return "晚上好"
