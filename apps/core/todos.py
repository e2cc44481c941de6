"""What waits for somebody. Apps declare it in their `todos.py`, found the way Django finds `admin.py`; the desk shows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.module_loading import autodiscover_modules

Source = Callable[[Any], "Iterator[Todo]"]
_sources: list[Source] = []


@dataclass(frozen=True)
class Todo:
    """One line on the desk: what to do, where, how many of them, by when."""

    title: str
    url: str
    text: str = ""
    count: int = 1
    due: datetime | None = None
    tone: str = "action"  # action: yours to do; warning: late or returned; info: waiting for someone else
    came_back: bool = False  # returned by whoever decides, to be revised


def source(function: Source) -> Source:
    """Decorator for a `todos.py`: `def my_todos(user) -> Iterator[Todo]`."""
    if function not in _sources:
        _sources.append(function)
    return function


@cache
def _discover() -> None:
    """Once: to look for the files that most apps do not have costs more than to ask those that do."""
    autodiscover_modules("todos")


def of(user: Any) -> list[Todo]:
    """Everything that waits for the user, urgent first."""
    _discover()
    order = {"warning": 0, "action": 1, "info": 2}
    found = [todo for each in _sources for todo in each(user)]
    return sorted(found, key=lambda todo: (order[todo.tone], todo.due is None, todo.due or 0))
