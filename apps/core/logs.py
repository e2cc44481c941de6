"""What is a log, derived from the models: the history of every tracked table, and every table that is only added to.

After every migration the owner gives each of them what a log needs: a trigger that refuses to change or take away a row, even for the
owner; the history that a model's own trackers leave out, such as deletions; and the indexes by which somebody looks for something. Nothing
here has to be told about a new table.
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
            found += [*_indexes(log), *_unwatched(log)]
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
    """By time; by who, then time; by request. A page of the list is then a few steps down an index, however long the history.

    Who and request are columns of their own: under row-level security an index on an expression over the context would never be used, for
    PostgreSQL's JSON operators are not leakproof.
    """
    columns = [
        f'ALTER TABLE "{log.table}" ADD COLUMN IF NOT EXISTS "pgh_{name}" text GENERATED ALWAYS AS (pgh_context->>\'{name}\') STORED;'
        for name in ("user", "request")
    ]
    wanted = {"at": "pgh_created_at, pgh_id", "user": "pgh_user, pgh_created_at, pgh_id", "request": "pgh_request"}
    return [*columns, *(f'CREATE INDEX IF NOT EXISTS "{log.table[:54]}_{name}" ON "{log.table}" ({on});' for name, on in wanted.items())]


# What happens to rows: the transition tables a trigger is given, and which rows of them are kept. Of a deleted row, what it said last.
EVENTS = {
    "insert": ("NEW TABLE AS kept", "kept"),
    "update": ("OLD TABLE AS past NEW TABLE AS kept", "kept JOIN past USING ({key}) WHERE kept.* IS DISTINCT FROM past.*"),
    "delete": ("OLD TABLE AS kept", "kept"),
}


def _unwatched(log: Log) -> Iterator[str]:
    """History of what a model's own trackers leave out; by default these are deletions."""
    tracked: Any = log.tracked
    key = tracked._meta.pk.column
    theirs = {field.name for field in tracked._meta.concrete_fields}
    said = {field.column: f'kept."{field.column}"' for field in log.model._meta.concrete_fields if field.name in theirs}
    if "pgh_obj" in {field.name for field in log.model._meta.fields}:
        said["pgh_obj_id"] = f'kept."{key}"'
    said |= {
        "pgh_created_at": "now()",
        "pgh_label": "lower(TG_OP)",
        "pgh_context": "nullif(current_setting('pghistory.context_metadata', true), '')::jsonb",
        "pgh_context_id": "nullif(current_setting('pghistory.context_id', true), '')::uuid",
    }
    into = ", ".join(f'"{column}"' for column in said)
    for event, (tables, rows) in EVENTS.items():
        if event in tracked.pgh_event_models:
            yield f'DROP TRIGGER IF EXISTS log_{event} ON "{tracked._meta.db_table}";'
            continue
        function = f"log_{event}_{log.table}"[:63]
        yield (
            f'CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO "{log.table}" ({into}) '  # noqa: S608
            f"SELECT {', '.join(said.values())} FROM {rows.format(key=key)}; RETURN NULL; END $$;"
        )
        yield (
            f'CREATE OR REPLACE TRIGGER log_{event} AFTER {event.upper()} ON "{tracked._meta.db_table}" REFERENCING {tables} '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{function}"();'
        )
