"""The log of acts as it is read: narrowed, newest first, a page at a time, with the organizations' names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.audit.models import Act
from apps.audit.querysets import ActQuerySet
from apps.audit.selectors import words
from apps.audit.selectors.search import Place, Search

TABLE = Act._meta.db_table


@dataclass(frozen=True)
class Line:
    """One act, with the name of the organization for which it was done."""

    act: Act
    organization: str

    @property
    def who(self) -> str:
        return self.act.name or "未登录"

    @property
    def details(self) -> list[tuple[str, str]]:
        return [(words.DETAILS.get(name, name), words.plain(value)) for name, value in self.act.details.items()]


@dataclass(frozen=True)
class Page:
    lines: Sequence[Any]
    older: Place | None


def page(search: Search, *, below: Place | None, size: int) -> Page:
    found = list(_matching(search, below)[: size + 1])
    end = found[size - 1] if len(found) > size else None
    return Page(lines(found[:size]), Place(end.at, TABLE, end.pk) if end else None)


def walk(search: Search, *, step: int) -> Iterator[list[Line]]:
    """All of it, in pages that are read by key."""
    below = None
    while True:
        each = page(search, below=below, size=step)
        if each.lines:
            yield list(each.lines)
        if each.older is None:
            return
        below = each.older


def lines(acts: Sequence[Act]) -> list[Line]:
    names = words.organizations({act.organization for act in acts if act.organization})
    return [Line(act, names.get(act.organization or 0, "")) for act in acts]


def of_request(request: Any, *, most: int) -> list[Line]:
    return lines(list(Act.objects.of_request(request).newest_first()[:most])) if request else []


def of_person(user: int, *, below: Place | None, size: int) -> Page:
    """All that one account did, from the beginning."""
    return page(Search(datetime(2012, 1, 1, tzinfo=UTC), timezone.now() + timedelta(days=1), users=(user,)), below=below, size=size)


def _matching(search: Search, below: Place | None) -> ActQuerySet:
    found: Any = Act.objects.between(search.since, search.until).newest_first()
    if search.users is not None:
        found = found.by(list(search.users), search.name)
    if search.organizations is not None:
        found = found.for_organizations(list(search.organizations))
    if search.verb:
        found = found.of(search.verb)
    if search.request:
        found = found.of_request(search.request)
    if search.address:
        found = found.from_address(search.address)
    return found.older_than(below.at, below.key) if below else found
