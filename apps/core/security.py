"""The second wall, derived from the models after every migration: policies, grants, and the key that keeps tenant columns in agreement.

A tenant model says which columns hold its tenancy in `scope_columns`, pairs of (county column, organization column); a row is visible where
any pair is in scope. History tables follow the model they track. The shapes and their price: ADR 003.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connections, models

from apps.core import logs as log_tables

FUNCTIONS = """
CREATE OR REPLACE FUNCTION app_scope() RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.scope', true), '')::jsonb $$;
CREATE OR REPLACE FUNCTION app_scope_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce((app_scope()->>'all')::boolean, false) $$;
CREATE OR REPLACE FUNCTION app_scope_ids(key text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ARRAY(SELECT jsonb_array_elements_text(app_scope()->key)::bigint) $$;
"""


@dataclass(frozen=True)
class Table:
    """One table that carries tenant rows."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    directory: bool = False  # every signed-in scope may read it
    append_only: bool = False
    deletable: bool = False
    is_history: bool = False


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
            )


def logs() -> Iterator[str]:
    """Every log that belongs to no tenant: acts, and the history of what all share (users, roles, targets).

    Everybody adds to it; only who sees everything reads it.
    """
    for model in apps.get_models():
        tracked = getattr(model, "pgh_tracked_model", None)
        if (tracked or getattr(model, "append_only", False)) and not hasattr(tracked or model, "scope_columns"):
            yield model._meta.db_table


def is_owners(using: str) -> bool:
    """Is this the alias that migrates: the owner's, where the application has a role of its own?"""
    return using == "owner" or "owner" not in settings.DATABASES


def apply(using: str) -> None:
    """Bring policies, composite keys and grants in line with the models. Runs as the owner; idempotent."""
    role = connections[using].ops.quote_name(settings.DATABASES["default"]["USER"])
    statements = [FUNCTIONS, *_grants(role)]
    for table in tables():
        statements += [*_policies(table), *_agreement(table), *_table_grants(table, role)]
    for name in logs():
        statements += [*_log_policies(name), f'REVOKE UPDATE, DELETE ON "{name}" FROM {role};']
    statements += log_tables.statements()
    with connections[using].cursor() as cursor:
        cursor.execute("\n".join(statements))


def _condition(table: Table) -> str:
    parts = ["(SELECT app_scope_all())"]
    for county, organization in table.pairs:
        parts.append(f"\"{county}\" = ANY ((SELECT app_scope_ids('counties'))::bigint[])")
        parts.append(f"\"{organization}\" = ANY ((SELECT app_scope_ids('organizations'))::bigint[])")
    return " OR ".join(parts)


def _walled(name: str) -> list[str]:
    return [f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY;', f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY;']


def _log_policies(name: str) -> list[str]:
    return [
        *_walled(name),
        f'DROP POLICY IF EXISTS read ON "{name}";',
        f'CREATE POLICY read ON "{name}" FOR SELECT USING ((SELECT app_scope_all()));',
        f'DROP POLICY IF EXISTS add ON "{name}";',
        f'CREATE POLICY add ON "{name}" FOR INSERT WITH CHECK (true);',
    ]


def _policies(table: Table) -> list[str]:
    condition = _condition(table)
    statements = [
        *_walled(table.name),
        f'DROP POLICY IF EXISTS tenant ON "{table.name}";',
        f'CREATE POLICY tenant ON "{table.name}" USING ({condition}) WITH CHECK ({condition});',
        f'DROP POLICY IF EXISTS directory ON "{table.name}";',
    ]
    if table.directory:
        statements.append(f'CREATE POLICY directory ON "{table.name}" FOR SELECT USING ((SELECT app_scope()) IS NOT NULL);')
    return statements


def _agreement(table: Table) -> list[str]:
    """(organization, county) must be a pair that the tree knows; a move of the organization carries its rows along."""
    if table.directory or table.is_history:
        return []
    target = apps.get_model("organizations", "Organization")._meta.db_table
    statements = []
    for county, organization in table.pairs:
        name = f"{table.name}_{organization}_agrees"[:63]
        statements.append(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{name}') THEN "  # noqa: S608  our own names
            f'ALTER TABLE "{table.name}" ADD CONSTRAINT "{name}" FOREIGN KEY ("{organization}", "{county}") '
            f'REFERENCES "{target}" (id, county_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED; END IF; END $$;'
        )
    return statements


def _grants(role: str) -> list[str]:
    return [
        f"GRANT USAGE ON SCHEMA public TO {role};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};",
        f'REVOKE INSERT, UPDATE, DELETE ON "django_migrations" FROM {role};',
    ]


def _table_grants(table: Table, role: str) -> list[str]:
    """Nothing is deleted by users, and what is a log is only added to."""
    rights = [right for right, kept in (("UPDATE", not table.append_only), ("DELETE", table.deletable)) if not kept]
    return [f'REVOKE {", ".join(rights)} ON "{table.name}" FROM {role};'] if rights else []
