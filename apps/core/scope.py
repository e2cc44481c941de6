"""What a transaction may see: the first half of the second wall.

Row-level security reads the transaction-local setting `app.scope`; where it is unset nothing is visible. Only local settings are used, so a
pooled connection never carries a scope on.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, transaction


@dataclass(frozen=True)
class Scope:
    """The rows a transaction sees: everything, whole counties (reporting units), or single organizations."""

    everything: bool = False
    counties: frozenset[int] = field(default_factory=frozenset)
    organizations: frozenset[int] = field(default_factory=frozenset)

    def __or__(self, other: "Scope") -> "Scope":
        return Scope(self.everything or other.everything, self.counties | other.counties, self.organizations | other.organizations)

    def __bool__(self) -> bool:
        return self.everything or bool(self.counties) or bool(self.organizations)

    def covers(self, organization: Any) -> bool:
        """Does an organization lie in it?"""
        return self.everything or organization.county_id in self.counties or organization.pk in self.organizations

    def as_setting(self) -> str:
        """What the policies read (apps/core/security.py): all or nothing, counties, organizations."""
        return f"{'all' if self.everything else ''}|{_array(self.counties)}|{_array(self.organizations)}"


def _array(keys: Iterable[int]) -> str:
    return "{" + ",".join(str(int(key)) for key in sorted(keys)) + "}"


EVERYTHING = Scope(everything=True)
DIRECTORY = Scope()  # no tenant row, only what is public to whoever is signed in: the tree's names


@contextmanager
def opened(scope: Scope, *, using: str = "default") -> Iterator[None]:
    """Run a block in a transaction that sees `scope`; an outer scope comes back when the block ends."""
    is_inner = connections[using].in_atomic_block
    with transaction.atomic(using=using):
        before = _get(using) if is_inner else ""
        _set(scope.as_setting(), using)
        yield
        if is_inner and not connections[using].needs_rollback:  # the end of a transaction, or a rollback, sees to it by itself
            _set(before, using)


def widen(scope: Scope, *, user: int | None = None, using: str = "default") -> None:
    """Set the scope of the transaction that `opened` began, once it is known, and whose own account it may change."""
    _set(f"{scope.as_setting()}|{user or ''}", using)


def _get(using: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.scope', true), '')")
        return cursor.fetchone()[0]


def _set(value: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('app.scope', %s, true)", [value])
