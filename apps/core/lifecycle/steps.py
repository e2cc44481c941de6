"""Whoever wants to know of every step that a report takes says so when the portal starts: `listen(function)`, in an AppConfig's `ready`.

They are called within the step's own transaction, in the scope of who took it.
"""

from collections.abc import Callable

from apps.core.lifecycle.models import Report, Step

Listener = Callable[[Report, Step], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    if listener not in _listeners:
        _listeners.append(listener)


def announce(report: Report, step: Step) -> None:
    for listener in _listeners:
        listener(report, step)
