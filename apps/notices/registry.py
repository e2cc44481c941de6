"""What is due, and from whom. Apps declare it in their `deadlines.py`, found the way Django finds `admin.py`; reminders go by it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.utils.module_loading import autodiscover_modules

from apps.organizations.models import Organization

Source = Callable[[date], "Iterator[Deadline]"]
_sources: list[Source] = []


@dataclass(frozen=True)
class Deadline:
    """Something that one organization still owes: whoever holds `to` there is reminded until it is declared no more.

    `key` names what is due, the same for every organization that owes it: "plans.2027". `title` is its name in a sentence: 2027年工作方案.
    `since`: the day from which it could be done; reminders for earlier days are not made up for.
    """

    key: str
    organization: Organization
    to: str
    title: str
    due: datetime
    text: str = ""
    url: str = ""
    since: date | None = None


def source(function: Source) -> Source:
    """Decorator for a `deadlines.py`: `def plans(day: date) -> Iterator[Deadline]`, called by an engine that sees everything."""
    if function not in _sources:
        _sources.append(function)
    return function


@cache
def _discover() -> None:
    """Once, and not on every day that is looked at."""
    autodiscover_modules("deadlines")


def deadlines(day: date) -> Iterator[Deadline]:
    """Everything that is still owed on a day."""
    _discover()
    for each in _sources:
        yield from each(day)
