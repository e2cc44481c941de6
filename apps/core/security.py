"""The second wall, derived from the models after every migration: policies, grants, and the key that keeps tenant columns in agreement.

A tenant model says which columns hold its tenancy in `scope_columns`, pairs of (county column, organization column); a row is visible where
any pair is in scope. A row may be `withheld` until a column is set: till then it is visible only where a pair of its own is in scope.
History tables follow the model they track. The shapes and their price: ADR 003.

A model whose rows are a person's own says by which column in `personal`: nobody else's request writes them. One without tenant columns is
read by that person alone, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connections, models

from apps.core import logs as log_tables

# The scope of the transaction (apps/core/scope.py), in built-in functions alone: a function of ours would be planned anew for each table of
# each statement. The sub-selects run once a statement.
SETTING = "nullif(current_setting('app.scope', true), '')"
IS_SET = f"(SELECT {SETTING} IS NOT NULL)"
SEES_ALL = f"(SELECT split_part({SETTING}, '|', 1) = 'all')"
COUNTIES = f"(SELECT split_part({SETTING}, '|', 2)::bigint[])::bigint[]"
ORGANIZATIONS = f"(SELECT split_part({SETTING}, '|', 3)::bigint[])::bigint[]"
USER = f"(SELECT nullif(split_part({SETTING}, '|', 4), '')::bigint)"

_bounded: dict[str, tuple[str, str]] = {}  # table → the conditions that `bound` gave it: to add a row, and to change one


@dataclass(frozen=True)
class Table:
    """One table that carries tenant rows."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    directory: bool = False  # every signed-in scope may read it
    append_only: bool = False
    deletable: bool = False
    is_history: bool = False
    withheld: tuple[str, tuple[str, str]] | None = None


def tables() -> Iterator[Table]:
    """Every table whose model declares `scope_columns`, and the history table of each."""
    for model in apps.get_models():
        tracked = getattr(model, "pgh_tracked_model", None)
        source: type[models.Model] = tracked or model
        pairs = getattr(source, "scope_columns", ())
        if pairs:
            yield Table(
                name=model._meta.db_table,
                pairs=tuple(pairs),
                directory=getattr(source, "directory", False) and tracked is None,
                append_only=tracked is not None or getattr(source, "append_only", False),
                deletable=tracked is None and getattr(source, "deletable", False),
                is_history=tracked is not None,
                withheld=getattr(source, "withheld", None),
            )


def logs() -> Iterator[str]:
    """Every log that belongs to no tenant: acts, and the history of what all share (users, roles, targets).

    Everybody adds to it; only who sees everything reads it.
    """
    return (log.table for log in log_tables.logs() if not hasattr(log.tracked or log.model, "scope_columns"))


def personal() -> Iterator[tuple[str, str, bool]]:
    """Every table of rows that are a person's own: its name, the column that says whose, and whether it has a tenant as well."""
    for model in apps.get_models():
        if column := getattr(model, "personal", ""):
            yield model._meta.db_table, column, hasattr(model, "scope_columns")


def bound(table: str, condition: str, *, everybody_adds: bool = False) -> None:
    """Declare that rows of no tenant, which every transaction may read, are written only where `condition` holds.

    Who sees everything may, and so may a transaction without a scope: that is somebody on the way in, who has no other right yet.
    """
    changes = f"NOT {IS_SET} OR {SEES_ALL} OR {condition}"
    _bounded[table] = ("true" if everybody_adds else changes, changes)


def retraction(table: str, condition: str, using: str) -> list[str]:
    """SQL that lets the application take rows of a tenant table away again where `condition` holds, and nowhere else; after `apply`."""
    role = connections[using].ops.quote_name(settings.DATABASES["default"]["USER"])
    return [
        f'GRANT DELETE ON "{table}" TO {role};',
        *_policy(table, "retraction", f"AS RESTRICTIVE FOR DELETE TO {role} USING ({condition})"),
    ]


# pgtrigger asks before each run of each trigger whether the session wants it ignored. None of ours may be; and the question, as it comes,
# opens a subtransaction for each row, which fails and then looks through every deferred check so far: half an hour for a hundred thousand.
UNIGNORABLE = """
CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
"""


def is_owners(using: str) -> bool:
    """Is this the alias that migrates: the owner's, where the application has a role of its own?"""
    return using == "owner" or "owner" not in settings.DATABASES


def apply(using: str) -> None:
    """Bring policies, composite keys and grants in line with the models. Runs as the owner; idempotent."""
    role = connections[using].ops.quote_name(settings.DATABASES["default"]["USER"])
    statements = _grants(role)
    for table in tables():
        statements += [*_policies(table), *_agreement(table), *_table_grants(table, role)]
    for name in logs():
        statements += [*_log_policies(name), f'REVOKE UPDATE, DELETE ON "{name}" FROM {role};']
    for name, column, is_tenants in personal():
        statements += _personal_policies(name, column, is_tenants)
    for name, (adds, changes) in _bounded.items():
        statements += _bounded_policies(name, adds, changes)
    statements += [*log_tables.statements(), UNIGNORABLE]
    with connections[using].cursor() as cursor:
        cursor.execute("\n".join(statements))


def _condition(table: Table) -> str:
    seen = " OR ".join([SEES_ALL, *map(_in_scope, table.pairs)])
    if table.withheld is None:
        return seen
    until, pair = table.withheld
    return f'({seen}) AND ("{until}" IS NOT NULL OR {SEES_ALL} OR {_in_scope(pair)})'


def _in_scope(pair: tuple[str, str]) -> str:
    county, organization = pair
    return f'"{county}" = ANY ({COUNTIES}) OR "{organization}" = ANY ({ORGANIZATIONS})'


def _walled(name: str) -> list[str]:
    return [f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY;', f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY;']


def _policy(table: str, name: str, clauses: str) -> list[str]:
    return [f'DROP POLICY IF EXISTS {name} ON "{table}";', f'CREATE POLICY {name} ON "{table}" {clauses};']


def _log_policies(name: str) -> list[str]:
    return [
        *_walled(name),
        *_policy(name, "read", f"FOR SELECT USING ({SEES_ALL})"),
        *_policy(name, "add", "FOR INSERT WITH CHECK (true)"),
    ]


def _bounded_policies(name: str, adds: str, changes: str) -> list[str]:
    return [
        *_walled(name),
        *_policy(name, "bounded_read", "FOR SELECT USING (true)"),
        *_policy(name, "bounded_insert", f"FOR INSERT WITH CHECK ({adds})"),
        *_policy(name, "bounded_update", f"FOR UPDATE USING ({changes}) WITH CHECK ({changes})"),
        *_policy(name, "bounded_delete", f"FOR DELETE USING ({changes})"),
    ]


def _personal_policies(name: str, column: str, is_tenants: bool) -> list[str]:
    """A request is made by somebody; an engine by nobody, and it sees to everybody's rows."""
    own = f'"{column}" = {USER}'
    if not is_tenants:
        condition = f"{own} OR ({SEES_ALL} AND {USER} IS NULL)"
        return [*_walled(name), *_policy(name, "personal", f"USING ({condition}) WITH CHECK ({condition})")]
    condition = f"{USER} IS NULL OR {own}"  # narrows what the tenant's policy gives
    return [
        *_policy(name, "personal_insert", f"AS RESTRICTIVE FOR INSERT WITH CHECK ({condition})"),
        *_policy(name, "personal_update", f"AS RESTRICTIVE FOR UPDATE USING ({condition}) WITH CHECK ({condition})"),
    ]


def _policies(table: Table) -> list[str]:
    condition = _condition(table)
    if not table.directory:
        return [*_walled(table.name), *_policy(table.name, "tenant", f"USING ({condition}) WITH CHECK ({condition})")]
    return [
        *_walled(table.name),
        *_policy(table.name, "directory", f"FOR SELECT USING ({IS_SET})"),
        *_policy(table.name, "tenant_insert", f"FOR INSERT WITH CHECK ({condition})"),
        *_policy(table.name, "tenant_update", f"FOR UPDATE USING ({condition}) WITH CHECK ({condition})"),
        *_policy(table.name, "tenant_delete", f"FOR DELETE USING ({condition})"),
    ]


def _agreement(table: Table) -> list[str]:
    """(organization, county) must be a pair that the tree knows; a move of the organization carries its rows along."""
    if table.directory or table.is_history:
        return []
    target = apps.get_model("organizations", "Organization")._meta.db_table
    statements = []
    for county, organization in (*table.pairs, *((table.withheld[1],) if table.withheld else ())):
        name = f"{table.name}_{organization}_agrees"[:63]
        statements.append(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{name}') THEN "  # noqa: S608  our own names
            f'ALTER TABLE "{table.name}" ADD CONSTRAINT "{name}" FOREIGN KEY ("{organization}", "{county}") '
            f'REFERENCES "{target}" (id, county_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED; END IF; END $$;'
        )
    return statements


# A grant changes the catalogue's row of a table; an autovacuum that is at the table would wait for the row while we wait for the table.
_LOCK_ALL = """
DO $$ BEGIN EXECUTE (SELECT 'LOCK TABLE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'); END $$;
"""


def _grants(role: str) -> list[str]:
    return [
        _LOCK_ALL,
        f"GRANT USAGE ON SCHEMA public TO {role};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};",
        f'REVOKE INSERT, UPDATE, DELETE ON "django_migrations" FROM {role};',
    ]


def _table_grants(table: Table, role: str) -> list[str]:
    """Nothing is deleted by users, and what is a log is only added to."""
    rights = [right for right, kept in (("UPDATE", not table.append_only), ("DELETE", table.deletable)) if not kept]
    return [f'REVOKE {", ".join(rights)} ON "{table.name}" FROM {role};'] if rights else []
