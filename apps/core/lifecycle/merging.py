"""Two people at one draft: what each changed is kept, and only what both changed is left for one of them to decide.

A form carries digests of the parts as its user saw them; so the server knows of each part who changed it: the user, somebody else, or both.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


@dataclass(frozen=True)
class Joined:
    """The values that stand now, by part; where both changed a part, the stored one."""

    values: dict[str, Any]
    taken: tuple[str, ...]  # changed by others only
    colliding: tuple[str, ...]  # changed by both, and not to the same


def digest(value: Any) -> str:
    """The same for the same value, and short enough to be carried by a form."""
    return hashlib.sha256(json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:16]


def join(*, mine: Mapping[str, Any], stored: Mapping[str, Any], seen: Mapping[str, str]) -> Joined:
    """Three ways: what the user wrote, what is stored, and what the user had seen. A part missing in `mine` was not touched."""
    values, taken, colliding = dict(stored), [], []
    for name, theirs in stored.items():
        changed_by_others = digest(theirs) != seen.get(name)
        if name not in mine or digest(mine[name]) == seen.get(name):
            if changed_by_others:
                taken.append(name)
        elif not changed_by_others:
            values[name] = mine[name]
        elif mine[name] != theirs:
            colliding.append(name)
    return Joined(values, tuple(taken), tuple(colliding))
