"""The tree brought in as a whole, from a list of divisions: a city's, or a country's."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction

from apps.core import bulk
from apps.organizations.enums import Kind, PlaceArea
from apps.organizations.models import Organization, Place

BATCH = 50_000  # rows written at a time


class Division(NamedTuple):
    """One line of the list. `above` is the code of what it stands below, or the name of it where that has no code."""

    kind: Kind
    name: str
    code: str | None = None
    above: str | None = None
    area: PlaceArea | None = None  # of a place
    position: int = 0


@transaction.atomic
def load(*, divisions: Iterable[Division], by: Any) -> int:
    """Found them all, each after the one it stands below; places get their profiles. Answers how many.

    Of the list only the keys of what others may stand below are remembered. Where a division's parent is not among them it raises KeyError.
    """
    keys: dict[str, tuple[int, int]] = {}  # code or name → primary key and county
    remaining, count = iter(divisions), 0
    _seqscan("off")
    while batch := list(islice(remaining, BATCH)):
        nodes, places = [], []
        for key, each in zip(bulk.next_keys(Organization, len(batch)), batch, strict=True):
            above, county = keys[each.above] if each.above else (None, key)
            if each.kind in (Kind.CITY, Kind.COUNTY):
                county = key
            if each.area:
                places.append((key, county, each.area))
            else:
                keys[each.code or each.name] = (key, county)
            nodes.append((key, each.kind, each.name, each.code, above, each.position))
        bulk.insert(Organization, ("id", "kind", "name", "code", "parent", "position"), nodes)
        bulk.insert(Place, ("organization", "county", "area"), places)
        count += len(batch)
    _seqscan("default")
    return count


def _seqscan(setting: str) -> None:
    """The trigger's look at the parent is planned once. Planned while the tree is empty, it would read the whole table for each row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan TO {setting}")
