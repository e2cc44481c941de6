"""The engine's triggers: closed years are frozen, and every write to an indicator's sources notes the organizations it touches."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections

from apps.core import scope
from apps.coverage.registry import indicators

_CLOSED = "RAISE EXCEPTION 'the year is closed' USING ERRCODE = 'check_violation'"

FREEZE_ADDED = f"""
IF EXISTS (SELECT FROM new_rows JOIN coverage_year y ON y.year = new_rows.year_id WHERE y.closed_at IS NOT NULL) THEN {_CLOSED}; END IF;
RETURN NULL;
"""

FREEZE_REMOVED = FREEZE_ADDED.replace("new_rows", "old_rows")

# A move of an organization carries the county column of its rows along; what was counted stays.
# Whether a closed year is touched at all is asked first: the rest sums facts, and a planner might begin with it.
_CHANGED = f"""
IF NOT EXISTS (
    SELECT FROM coverage_year y WHERE y.closed_at IS NOT NULL
    AND y.year IN (SELECT year_id FROM old_rows UNION ALL SELECT year_id FROM new_rows)
) THEN
    RETURN NULL;
END IF;
IF EXISTS (
    SELECT FROM new_rows n JOIN old_rows o USING (id) JOIN coverage_year y ON y.year IN (o.year_id, n.year_id)
    WHERE y.closed_at IS NOT NULL
    AND to_jsonb(n) - 'county_id' IS DISTINCT FROM to_jsonb(o) - 'county_id'
    AND (
        to_jsonb(n) - '{{{{covered,county_id}}}}'::text[] = to_jsonb(o) - '{{{{covered,county_id}}}}'::text[]
        AND n.covered = ({{right}})
    ) IS NOT TRUE
) THEN {_CLOSED}; END IF;
RETURN NULL;
"""  # noqa: S608

# A correction (FactCorrection) says what a fact of a closed year becomes; a figure can only become what its facts then sum to.
FREEZE_FACTS = _CHANGED.format(
    right="SELECT c.covered FROM coverage_factcorrection c "
    "WHERE (c.year_id, c.indicator, c.organization_id) = (n.year_id, n.indicator, n.organization_id) ORDER BY c.id DESC LIMIT 1"
)
FREEZE_FIGURES = _CHANGED.format(
    right="SELECT count(*) FROM coverage_fact f WHERE f.covered AND (f.year_id, f.indicator) = (n.year_id, n.indicator) "
    "AND f.path <@ n.path AND (n.part = '' OR n.part = ANY (f.groups) OR n.part = ANY (f.ways))"
)

TREE = "organizations_organization"
# A statement that touches more than so many leaves one note instead of so many: count everything anew. That is quicker than following each.
MANY, EVERYTHING = 10_000, "*"
WHOLE = scope.EVERYTHING.as_setting()

# A row may be about several organizations, not all of them its writer's: the trigger's arguments are the columns that name them, and the
# note is written in a scope that reaches all. The county is read from the tree: in the middle of a move an old row still carries the county
# it has just left.
FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION coverage_note_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named text := array_to_string(TG_ARGV, ', ');
    before text := coalesce(current_setting('app.scope', true), '');
    touched bigint[];
BEGIN
    EXECUTE 'SELECT array_agg(DISTINCT named) FROM ('
        || CASE WHEN TG_OP <> 'INSERT' THEN format('SELECT unnest(ARRAY[%s]) AS named FROM old_rows', named) ELSE '' END
        || CASE WHEN TG_OP = 'UPDATE' THEN ' UNION ALL ' ELSE '' END
        || CASE WHEN TG_OP <> 'DELETE' THEN format('SELECT unnest(ARRAY[%s]) AS named FROM new_rows', named) ELSE '' END
        || ') touched' INTO touched;
    PERFORM set_config('app.scope', '{WHOLE}', true);
    IF cardinality(touched) > {MANY} THEN
        INSERT INTO coverage_change (organization_id, county_id, source)
            SELECT id, county_id, '{EVERYTHING}' FROM {TREE} WHERE id = touched[1];
    ELSE
        INSERT INTO coverage_change (organization_id, county_id, source)
            SELECT id, county_id, TG_TABLE_NAME FROM {TREE} WHERE id = ANY (touched);
    END IF;
    PERFORM set_config('app.scope', before, true);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION coverage_note_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM new_rows) > {MANY} THEN
        INSERT INTO coverage_change (organization_id, county_id, source) SELECT id, county_id, '{EVERYTHING}' FROM new_rows LIMIT 1;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO coverage_change (organization_id, county_id, source) SELECT id, county_id, TG_TABLE_NAME FROM new_rows;
    ELSE
        INSERT INTO coverage_change (organization_id, county_id, source)
            SELECT id, new_rows.county_id, TG_TABLE_NAME FROM new_rows JOIN old_rows USING (id)
            WHERE (new_rows.path, new_rows.kind) IS DISTINCT FROM (old_rows.path, old_rows.kind);
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608
TABLES = {"INSERT": "NEW TABLE AS new_rows", "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows", "DELETE": "OLD TABLE AS old_rows"}


def install(using: str) -> None:
    """Put the noting triggers on the tree and on every source of every indicator, and take away those that no indicator asks for.

    Runs as the owner after every migration; idempotent. An indicator may have come or changed, so open years are counted anew.
    """
    from apps.coverage.models import Exemption

    found: set[Any] = {Exemption, *(source for indicator in indicators() for source in indicator.sources)}
    sources = {source._meta.db_table: [organization for _, organization in source.scope_columns] for source in found}
    wanted = {(table, f"coverage_note_{event.lower()}") for table in sources for event in TABLES}
    wanted |= {(TREE, "coverage_note_tree_insert"), (TREE, "coverage_note_tree_update")}
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE starts_with(t.tgname, 'coverage_note_')"
        )
        stale = set(cursor.fetchall()) - wanted
        drops = [f'DROP TRIGGER "{name}" ON "{table}";' for table, name in sorted(stale)]
        cursor.execute("\n".join([FUNCTIONS, *drops, *_triggers(sources)]))
        cursor.execute("UPDATE coverage_year SET computed_on = NULL WHERE closed_at IS NULL")


def _triggers(sources: dict[str, list[str]]) -> Iterator[str]:
    for table, columns in sorted(sources.items()):
        for event in TABLES:
            yield _trigger(f"coverage_note_{event.lower()}", event, table, "coverage_note_rows", columns)
    for event in ("INSERT", "UPDATE"):
        yield _trigger(f"coverage_note_tree_{event.lower()}", event, TREE, "coverage_note_tree")


def _trigger(name: str, event: str, table: str, function: str, arguments: Sequence[str] = ()) -> str:
    return (
        f'CREATE OR REPLACE TRIGGER "{name}" AFTER {event} ON "{table}" REFERENCING {TABLES[event]} '
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}({', '.join(map(repr, arguments))});"
    )
