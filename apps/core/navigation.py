"""The rooms of the portal, as the apps declare them: an AppConfig says where its own is (`navigation`)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps


@dataclass(frozen=True)
class Entry:
    """One room in the menu: shown to whoever holds `permission` anywhere; None is for everybody."""

    label: str
    url_name: str
    icon: str
    permission: str | None
    section: str = ""


def entries() -> Iterator[Entry]:
    """Every declared room, in the order of INSTALLED_APPS."""
    for config in apps.get_app_configs():
        yield from getattr(config, "navigation", ())
