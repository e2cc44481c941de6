"""Ready for more than one machine: the schema builds with every tenant table distributed by reporting unit (measured.md).

Hash partitioning refuses what Citus refuses: a unique key without the distribution column. Primary keys stay simple in Django, so the
clone takes (id, county); a key that holds the tenant's own organization may take the county too, because the database keeps the two in
agreement. The tree itself is a reference table there, as it is in every such system.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from apps.core import security

REFERENCE = {"organizations_organization"}
# Keys that no single county can join, with what would hold them on several machines.
ACROSS_COUNTIES = {
    "people_contact_user_id_key": "a person serves at one organization of the whole city; the accounts' own table would say at which",
    "pairing_once_a_year": "two schools of two reporting units, the same from either side; a table with a row per side would hold it",
    "plan_number_once_a_year": "approved plans are numbered through the whole city; a table of the city's own numbers would hold it",
}

KEYS = """
SELECT i.indexrelid::regclass::text, i.indisprimary, pg_get_expr(i.indpred, i.indrelid),
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true) FROM generate_series(1, i.indnkeyatts) n)
FROM pg_index i WHERE i.indrelid = %s::regclass AND i.indisunique
"""
REFERENCES = """
SELECT f.relname, a.attname FROM pg_constraint k
JOIN pg_class f ON f.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND k.conrelid = %s::regclass
"""


@pytest.fixture
def clone(django_db_setup, django_db_blocker) -> Iterator[Any]:
    """A cursor of the owner in a schema of its own that is rolled back."""

    @contextmanager
    def unblocked() -> Iterator[Any]:
        with django_db_blocker.unblock(), transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("CREATE SCHEMA distributed")
            yield cursor
            transaction.set_rollback(True, using="owner")

    with unblocked() as cursor:
        yield cursor
    connections["owner"].close()


def distributed() -> dict[str, tuple[str, str]]:
    """Tenant table → its distribution column and the organization column it agrees with."""
    return {table.name: table.pairs[0] for table in security.tables() if table.name not in REFERENCE}


def build(cursor: Any, table: str) -> None:
    county, organization = distributed()[table]
    cursor.execute(
        f'CREATE TABLE distributed."{table}" (LIKE public."{table}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS) '
        f'PARTITION BY HASH ("{county}")'
    )
    for part in range(2):
        name = f'distributed."{table[:60]}_{part}"'
        cursor.execute(f'CREATE TABLE {name} PARTITION OF distributed."{table}" FOR VALUES WITH (MODULUS 2, REMAINDER {part})')
    cursor.execute(KEYS, [f'public."{table}"'])
    for index, primary, predicate, columns in cursor.fetchall():
        if index in ACROSS_COUNTIES:
            continue
        names = [column.strip('"') for column in columns]
        if (primary or organization in names) and county not in names:
            columns.append(f'"{county}"')
        where = f"WHERE {predicate}" if predicate else ""
        cursor.execute(f'CREATE UNIQUE INDEX ON distributed."{table}" ({", ".join(columns)}) {where}')


def test_every_tenant_table_builds_distributed_by_county(clone):
    for table in distributed():
        build(clone, table)

    clone.execute("SELECT relname FROM pg_class WHERE relnamespace = 'distributed'::regnamespace AND relkind = 'p'")
    assert {name for (name,) in clone.fetchall()} == set(distributed())


def test_keys_across_counties_are_still_there(db):
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY (%s)", [list(ACROSS_COUNTIES)])
        assert {name for (name,) in cursor.fetchall()} == set(ACROSS_COUNTIES)


def test_foreign_keys_between_tenant_tables_take_the_county_in(clone):
    for table in distributed():
        build(clone, table)
    built = set()
    for table, (county, _) in distributed().items():
        clone.execute(REFERENCES, [f'public."{table}"'])
        for target, column in clone.fetchall():
            if target in distributed():
                above, _ = distributed()[target]
                target_key = f'distributed."{target}" (id, "{above}")'
                clone.execute(f'ALTER TABLE distributed."{table}" ADD FOREIGN KEY ("{column}", "{county}") REFERENCES {target_key}')
                built.add((table, target))
    assert {("plans_stage", "plans_plan"), ("plans_step", "plans_plan"), ("plans_attachment", "plans_plan")} <= built


def test_a_unique_key_without_the_county_would_be_refused(clone):
    clone.execute("CREATE TABLE distributed.forgotten (county_id bigint NOT NULL, name text) PARTITION BY HASH (county_id)")
    with pytest.raises(DatabaseError, match="unique constraint on partitioned table must include all partitioning columns"):
        clone.execute("CREATE UNIQUE INDEX ON distributed.forgotten (name)")
