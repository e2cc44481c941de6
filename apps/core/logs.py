"""What is a log, derived from the models: the history of every tracked table, and every table that is only added to.

After every migration the owner gives each of them what a log needs: a trigger that refuses to change or take away a row, even for the
owner; the deletions that django-pghistory does not write by itself; and the indexes by which somebody looks for something. Nothing here
has to be told about a new table.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models, transaction

MAINTENANCE = "audit.maintenance"  # the setting that a declared maintenance carries its reason in

REFUSE = f"""
CREATE OR REPLACE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('{MAINTENANCE}', true), '') = '' THEN
        IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' AND TG_NARGS > 0 AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% is a log: its rows are neither changed nor taken away', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege', HINT = 'A declared maintenance says why: SET LOCAL {MAINTENANCE} = ''...''';
    END IF;
    RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW WHEN 'DELETE' THEN OLD END;
END $$;
"""


@dataclass(frozen=True)
class Log:
    """One table that is only added to. `id` and `time` are its columns; `carried` are those that follow a move of the organization."""

    table: str
    id: str
    time: str
    model: type[models.Model]
    tracked: type[models.Model] | None = None
    carried: tuple[str, ...] = ()
    sealed: bool = True

    def __hash__(self) -> int:
        return hash(self.table)

    @property
    def is_history(self) -> bool:
        return self.tracked is not None


def logs() -> Iterator[Log]:
    """Every log of the portal, by table name; the history of a table comes under the history's name."""
    yield from sorted(_found(), key=lambda log: log.table)


def _found() -> Iterator[Log]:
    for model in apps.get_models():
        name = model._meta.db_table
        if tracked := getattr(model, "pgh_tracked_model", None):
            yield Log(name, "pgh_id", "pgh_created_at", model, tracked)
        elif getattr(model, "append_only", False):
            carried = tuple(county for county, _ in getattr(model, "scope_columns", ()))
            yield Log(name, str(model._meta.pk.column), "at", model, None, carried, getattr(model, "sealed", True))


def sealed() -> list[Log]:
    """Those whose rows the chain of seals covers: all but the seals themselves."""
    return [log for log in logs() if log.sealed]


def columns(log: Log, *, using: str = "default") -> list[str]:
    """What the table really has, whatever the models say; without the columns that a move of an organization changes."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [f'"{log.table}"'],
        )
        return [name for (name,) in cursor.fetchall() if name not in log.carried]


@contextmanager
def maintenance(reason: str, *, using: str = "owner") -> Iterator[None]:
    """A transaction in which the owner may change a log, because somebody says why. The seals will still tell."""
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [MAINTENANCE, reason])
        yield


def statements() -> list[str]:
    """The SQL that makes every log one; idempotent."""
    found = [REFUSE]
    for log in logs():
        found += _refusals(log)
        if log.is_history:
            found += [*_indexes(log), *_deletions(log)]
    return found


def _refusals(log: Log) -> list[str]:
    carried = ", ".join(f"'{name}'" for name in log.carried)
    on = f'ON "{log.table}"'
    return [
        f"CREATE OR REPLACE TRIGGER log_refuse_change BEFORE UPDATE OR DELETE {on} FOR EACH ROW EXECUTE FUNCTION log_refuse({carried});",
        f"CREATE OR REPLACE TRIGGER log_refuse_truncate BEFORE TRUNCATE {on} FOR EACH STATEMENT EXECUTE FUNCTION log_refuse();",
        # A replica's or a restore's session switches ordinary triggers off; these stay on.
        f'ALTER TABLE "{log.table}" ENABLE ALWAYS TRIGGER log_refuse_change;',
        f'ALTER TABLE "{log.table}" ENABLE ALWAYS TRIGGER log_refuse_truncate;',
    ]


def _indexes(log: Log) -> list[str]:
    """By time; by who, then time; by request. A page of the list is then a few steps down an index, however long the history."""
    wanted = {
        "at": "pgh_created_at, pgh_id",
        "who": "(pgh_context->>'user'), pgh_created_at, pgh_id",
        "req": "(pgh_context->>'request')",
    }
    return [f'CREATE INDEX IF NOT EXISTS "{log.table[:58]}_{name}" ON "{log.table}" ({on});' for name, on in wanted.items()]


def _deletions(log: Log) -> list[str]:
    """History of a row that is gone: what it said last. django-pghistory tracks that only where a model asks for it."""
    tracked: Any = log.tracked
    name = f"log_deleted_{log.table}"[:63]
    if "delete" in tracked.pgh_event_models:
        return [f'DROP TRIGGER IF EXISTS log_deleted ON "{tracked._meta.db_table}";']
    theirs = {field.name for field in tracked._meta.concrete_fields}
    kept = {field.column: f'gone."{field.column}"' for field in log.model._meta.concrete_fields if field.name in theirs}
    if "pgh_obj" in {field.name for field in log.model._meta.fields}:
        kept["pgh_obj_id"] = f'gone."{tracked._meta.pk.column}"'
    kept |= {
        "pgh_created_at": "now()",
        "pgh_label": "'delete'",
        "pgh_context": "nullif(current_setting('pghistory.context_metadata', true), '')::jsonb",
        "pgh_context_id": "nullif(current_setting('pghistory.context_id', true), '')::uuid",
    }
    into = ", ".join(f'"{column}"' for column in kept)
    return [
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '  # noqa: S608  our own names
        f'INSERT INTO "{log.table}" ({into}) SELECT {", ".join(kept.values())} FROM gone; RETURN NULL; END $$;',
        f'CREATE OR REPLACE TRIGGER log_deleted AFTER DELETE ON "{tracked._meta.db_table}" REFERENCING OLD TABLE AS gone '
        f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}"();',
    ]
