"""What the auditor looks for, already understood: the boundary (apps/audit/forms.py) turns words into this."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self


@dataclass(frozen=True)
class Search:
    """Everything between two moments, narrowed by whatever is not empty. `name` finds acts of accounts that do not exist."""

    since: datetime
    until: datetime
    users: tuple[int, ...] | None = None
    name: str = ""
    organizations: tuple[int, ...] | None = None
    request: str = ""
    address: str = ""
    kind: str = ""  # a table of history
    label: str = ""  # insert, update, delete
    verb: str = ""


@dataclass(frozen=True)
class Place:
    """Where a page of a list ends, newest first: the next one begins below it."""

    at: datetime
    table: str
    key: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.table}~{self.key}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What an address says; nonsense is the beginning of the list."""
        try:
            at, table, key = text.split("~")
            moment, number = datetime.fromisoformat(at), int(key)
        except ValueError:
            return None
        return cls(moment, table, number) if moment.tzinfo and abs(number) < 2**63 else None
