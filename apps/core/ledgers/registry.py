"""Every ledger of the portal. An app declares its own in `resources.py`, found the way Django finds `admin.py`."""

from typing import TypeVar

from django.utils.module_loading import autodiscover_modules

from apps.core.ledgers.ledger import Ledger

L = TypeVar("L", bound=type[Ledger])

_ledgers: dict[str, type[Ledger]] = {}


def ledger(declared: L) -> L:
    """Class decorator for a `resources.py`."""
    _ledgers[declared.key] = declared
    return declared


def find(key: str) -> Ledger | None:
    """The ledger of that key; None where there is none."""
    autodiscover_modules("resources")
    declared = _ledgers.get(key)
    return declared() if declared else None


def every() -> list[Ledger]:
    """All of them, in the order of the apps."""
    autodiscover_modules("resources")
    return [declared() for declared in _ledgers.values()]
