"""The second wall, table by table as the models declare them: raw SQL as the application's role sees and writes what its scope allows.

Rows are made from the models (tests/factories/rows.py), and the tables come from apps/core/security.py, which the catalogue confirms
(tests/architecture/test_walls.py): a new table is attacked here without a word. One without rows fails `test_the_data_would_show_a_leak`.
"""

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from psycopg2.extras import Json

from apps.core import scope, security
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.models import Report
from apps.core.scope import Scope
from apps.organizations.grants import whole_scope
from apps.organizations.models import Organization
from tests.factories.database import sql, written
from tests.factories.jiaxing import Jiaxing
from tests.trust.conftest import AWAY, HOME

LEVELS = ("unset", "signed in without a role", "school", "town", "county", "other county", "county without rows", "city")

REFUSED = "new row violates row-level security policy"
Row = tuple[Any, ...]  # the tenancy of one row: county, organization, and both of its other side where it has one


def scopes(both: Jiaxing) -> dict[str, Scope | None]:
    """What people at every level may see, taken from the roles they hold; None is a transaction that set no scope."""
    school = Organization.objects.filter(kind="school", county=both.county(HOME)).order_by("pk")[0]
    people = {
        "school": ("school_counselor", school),
        "town": ("town_counselor", both.town(HOME)),
        "county": ("county_lead", both.county(HOME)),
        "other county": ("county_lead", both.county(AWAY)),
        "county without rows": ("county_lead", both.county("海宁市")),
        "city": ("city_officer", both.city),
    }
    return {
        "unset": None,
        "signed in without a role": scope.DIRECTORY,
        **{level: whole_scope(both.person(role, organization)) for level, (role, organization) in people.items()},
    }


def enter(allowed: Scope | None) -> None:
    """Set the scope of the running transaction, or unset it."""
    sql("SELECT set_config('app.scope', %s, true)", "" if allowed is None else allowed.as_setting())


def columns(table: security.Table) -> list[str]:
    return [column for pair in table.pairs for column in pair]


def seen(table: security.Table) -> Counter[Row]:
    """The tenancy of every row that is visible now."""
    return Counter(sql(f'SELECT {", ".join(columns(table))} FROM "{table.name}"'))  # noqa: S608


def holds(allowed: Scope | None, row: Row) -> bool:
    """Does a row belong to the scope? Worked out without the database."""
    if allowed is None:
        return False
    return allowed.everything or any(row[i] in (allowed.counties, allowed.organizations)[i % 2] for i in range(len(row)))


def due(table: security.Table, rows: Counter[Row], allowed: Scope | None) -> Counter[Row]:
    """The rows among all of them that the scope shows."""
    if table.directory and allowed is not None:
        return rows
    return Counter({row: n for row, n in rows.items() if holds(allowed, row)})


@pytest.mark.parametrize("level", LEVELS)
def test_rows_are_exactly_those_of_the_scope(both, level):
    everything = {table: seen(table) for table in security.tables()}
    allowed = scopes(both)[level]
    enter(allowed)
    found = {table.name: seen(table) for table in security.tables()}
    assert found == {table.name: due(table, rows, allowed) for table, rows in everything.items()}


def test_the_data_would_show_a_leak(both):
    """Each table has rows on both sides of the border; one with two sides also has rows across it."""
    home, away = (both.county(name).pk for name in (HOME, AWAY))
    lacking = {}
    for table in security.tables():
        counties = {row[::2] for row in seen(table)}
        wanted = {(home,), (away,)} if len(table.pairs) == 1 else {(home, home), (away, away), (home, away), (away, home)}
        if not wanted <= counties:
            lacking[table.name] = wanted - counties
    assert lacking == {}


def test_levels_see_more_the_higher_they_are(both):
    found = {}
    for level, allowed in scopes(both).items():
        with scope.opened(allowed or scope.DIRECTORY):
            found[level] = sql("SELECT count(*) FROM organizations_pioneerunit")[0][0]
    assert [found[level] for level in ("signed in without a role", "school", "town", "county", "city")] == [0, 1, 3, 5, 10]


# Writing


def some(table: security.Table, belongs: Callable[[Row], bool]) -> list[tuple[int, str]]:
    """Rows that belong: the newest of each tenancy, 12 at most; the key of each and a statement that adds one like it."""
    names = ", ".join(columns(table))
    found = sql(f'SELECT max({key_of(table)}), {names} FROM "{table.name}" GROUP BY {names} ORDER BY 1 DESC')  # noqa: S608
    return [(key, copied(table, key)) for key, *row in found if belongs(tuple(row))][:12]


def key_of(table: security.Table) -> str:
    return "pgh_id" if table.is_history else "id"


@cache
def copied(table: security.Table, key: int) -> str:
    """A statement that inserts a row again, under a new key; the rows are the same for all tests."""
    content = json.loads(sql(f'SELECT to_jsonb(t) FROM "{table.name}" t WHERE {key_of(table)} = %s', key)[0][0])  # noqa: S608
    if table.directory:
        content |= {"code": None, "name": f"{content['name']}又"}
    content[key_of(table)] = 2_000_000_000
    given = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped"
    names = ", ".join(f'"{name}"' for (name,) in sql(given, table.name))
    with connection.cursor() as cursor:
        return cursor.mogrify(
            f'INSERT INTO "{table.name}" ({names}) SELECT {names} FROM jsonb_populate_record(NULL::"{table.name}", %s)',  # noqa: S608
            [Json(content)],
        ).decode()


def answer(statement: str) -> Any:
    """How many rows a statement reached, or why it was refused; undone in any case."""
    try:
        with transaction.atomic():
            reached = written(statement)
            transaction.set_rollback(True)
            return reached
    except ProgrammingError as error:
        return next((reason for reason in (REFUSED, "permission denied", "not visible in this scope") if reason in str(error)), str(error))
    except IntegrityError:
        return "another constraint"


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "city"])
def test_nothing_is_written_across_the_border(both, level):
    """On every table: a row of others is not updated, not deleted, and none like it is added."""
    allowed = scopes(both)[level]
    targets = {table: some(table, lambda row: not holds(allowed, row)) for table in security.tables()}
    assert [table.name for table, rows in targets.items() if not rows] == []
    enter(allowed)
    wrong = []
    for table, rows in targets.items():
        key_name = key_of(table)
        for key, insert in rows:
            tries = {
                "update": (f'UPDATE "{table.name}" SET {key_name} = {key_name} WHERE {key_name} = {key}', {0, "permission denied"}),  # noqa: S608
                "delete": (f'DELETE FROM "{table.name}" WHERE {key_name} = {key}', {0, "permission denied"}),  # noqa: S608
                "insert": (insert, {REFUSED, "not visible in this scope"}),
            }
            for act, (statement, expected) in tries.items():
                if (found := answer(statement)) not in expected:
                    wrong.append((table.name, act, key, found))
    assert wrong == []


def test_the_same_statements_reach_ones_own_rows(both):
    """Else the test above would be satisfied by statements that never work."""
    own = Scope(counties=frozenset({both.county(HOME).pk}))
    targets = {table: some(table, lambda row: holds(own, row))[0] for table in security.tables()}
    enter(own)
    updated, added = set(), set()
    for table, (key, insert) in targets.items():
        if answer(f'UPDATE "{table.name}" SET {key_of(table)} = {key_of(table)} WHERE {key_of(table)} = {key}') == 1:  # noqa: S608
            updated.add(table.name)
        if answer(insert) in (1, "another constraint"):  # the policy is asked first
            added.add(table.name)
    tables = {table.name: table for table in security.tables()}
    assert updated == {name for name, table in tables.items() if not table.append_only}
    assert added == set(tables)


def test_no_row_is_pushed_across_the_border(both):
    """On every table that may be updated: a row of one's own does not become another county's, not even a side of it."""
    home, away = both.county(HOME).pk, both.county(AWAY).pk
    wrong = []
    for model in (each for each in apps.get_models() if issubclass(each, Report)):
        model._default_manager.update(state=State.DRAFT)  # what is handed in is refused before the wall is asked
    enter(Scope(counties=frozenset({home})))
    for table in security.tables():
        if table.append_only or table.directory:  # an organization's county is its parent's: test_rows_cannot_be_pushed_across_the_border
            continue
        values = ", ".join(f'"{county}" = {away}, "{organization}" = {away}' for county, organization in table.pairs)
        own = " AND ".join(f'"{county}" = {home}' for county, _ in table.pairs)
        if (found := answer(f'UPDATE "{table.name}" SET {values} WHERE {own}')) != REFUSED:  # noqa: S608
            wrong.append((table.name, found))
    assert wrong == []
