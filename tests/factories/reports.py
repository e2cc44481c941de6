"""What the factories of reports share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from apps.core.lifecycle.enums import State


@contextmanager
def unlocked(*reports: Any) -> Iterator[None]:
    """Rows of a report can only be written while it is a draft, also those of one that is made in another state."""
    for report in reports:
        type(report)._default_manager.filter(pk=report.pk).update(state=State.DRAFT)
    yield
    for report in reports:
        type(report)._default_manager.filter(pk=report.pk).update(state=report.state)
