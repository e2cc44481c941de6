"""Every ledger of the portal. An app declares its own in `resources.py`, found the way Django finds `admin.py`."""

from functools import cache
from typing import TypeVar

from django.utils.module_loading import autodiscover_modules

from apps.core.ledgers.ledger import Ledger

L = TypeVar("L", bound=type[Ledger])

_ledgers: dict[str, type[Ledger]] = {}


def ledger(each: L) -> L:
    """Class decorator for a `resources.py`."""
    _ledgers[each.key] = each
    return each


@cache
def _discover() -> None:
    """Once: to look for the files that most apps do not have costs more than a page."""
    autodiscover_modules("resources")


def find(key: str) -> Ledger | None:
    """The ledger of that key; None where there is none."""
    _discover()
    found = _ledgers.get(key)
    return found() if found else None


def declared() -> list[type[Ledger]]:
    """All of them, as they are declared; to be asked for their keys and permissions."""
    _discover()
    return list(_ledgers.values())


def every() -> list[Ledger]:
    """All of them, in the order of the apps."""
    return [each() for each in declared()]
