"""What somebody saw before they wrote: a form over a stored row sends it along, so that a change made in between is noticed.

Reports have a version for this (apps/core/lifecycle); rows of a register do with a fingerprint of the fields that the form shows.
"""

import hashlib
import json
from collections.abc import Iterable

from django.db import models

from apps.core.errors import Conflict


def fingerprint(row: models.Model, names: Iterable[str], *more: str) -> str:
    """The same for the same values of these fields, in whatever order they are named; `more` is what else belongs to the row."""
    values = {name: row._meta.get_field(name).value_to_string(row) for name in sorted(names)}  # type: ignore[union-attr]
    return hashlib.sha256(json.dumps([values, *more] if more else values).encode()).hexdigest()[:16]


def check(stored: models.Model, names: Iterable[str], seen: str, *more: str) -> None:
    """Raise Conflict when the stored row, locked by the caller, is no longer what its writer saw."""
    if fingerprint(stored, names, *more) != seen:
        raise Conflict("在您填写期间，其他人修改了这份资料，您的内容还没有保存。请核对后再次保存，将以您的内容为准。")
