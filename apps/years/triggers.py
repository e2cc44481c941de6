"""A closed year stays as it is, in SQL: what was reported, the windows it was reported in, their templates, and the year's targets.

Derived from the models: every table with a foreign key to a window, every table with one to a yearly report. Coverage's own triggers freeze
list and figures. A reopening lets through what belongs to its unit until its day; and for a while longer what is handed in may be decided,
with all that a decision writes (its words are locked by the lifecycle). And of years that run, a window that is set or moved is noted for
coverage.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models

from apps.core.lifecycle.enums import State
from apps.coverage.models import Milestone, Target
from apps.organizations.enums import Kind
from apps.years.models import DECIDED_WITHIN, Exemption, Reopening, Window, YearlyReport

LOCK = 20130410  # writers share it, closing takes it alone: what is written is closed over, or refused
TABLES = {"INSERT": "NEW TABLE AS new_rows", "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows", "DELETE": "OLD TABLE AS old_rows"}

# Is what a unit (or, for NULL, the city) reports in a window frozen? What is handed in may be decided somewhat longer.
FROZEN = f"""
CREATE OR REPLACE FUNCTION years_frozen(in_window bigint, unit bigint, handed_in boolean) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM years_window w JOIN coverage_year y USING (year) WHERE w.id = in_window AND y.closed_at IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM years_reopening r WHERE r.window_id = in_window AND r.organization_id = unit
        AND r.until + CASE WHEN handed_in THEN {DECIDED_WITHIN.days} ELSE 0 END >= (now() AT TIME ZONE '{settings.TIME_ZONE}')::date
    )
$$;
"""  # noqa: S608  our own names
HANDED_IN = ", ".join(f"'{state}'" for state in (State.SUBMITTED, State.APPROVED))

FUNCTION = """
CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_frozen boolean;
BEGIN
    PERFORM pg_advisory_xact_lock_shared({lock});
    IF TG_OP = 'INSERT' THEN
        SELECT EXISTS (SELECT FROM new_rows x {join} WHERE {added}) INTO is_frozen;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT EXISTS (SELECT FROM old_rows x {join} WHERE {removed}) INTO is_frozen;
    ELSE
        SELECT EXISTS (
            SELECT FROM new_rows x JOIN old_rows o USING (id) {join}
            WHERE to_jsonb(x) - 'county_id' IS DISTINCT FROM to_jsonb(o) - 'county_id' AND {changed}
        ) INTO is_frozen;
    END IF;
    IF is_frozen THEN
        RAISE EXCEPTION 'the year is closed' USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
"""

# A window says what is asked of every reporting unit: whoever counts what they owe, by their exemptions, counts all of them again.
NOTED = f"""
CREATE OR REPLACE FUNCTION years_note_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO coverage_change (organization_id, county_id, source)
        SELECT id, county_id, '{Exemption._meta.db_table}' FROM organizations_organization WHERE kind = '{Kind.COUNTY}';
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER years_note_units AFTER INSERT OR UPDATE OR DELETE ON "{Window._meta.db_table}"
FOR EACH STATEMENT EXECUTE FUNCTION years_note_units();
"""  # noqa: S608  our own names


@dataclass(frozen=True)
class Frozen:
    """One table, and when a row of it (`x`) is frozen: added, removed, changed (before, `o`)."""

    table: str
    added: str
    removed: str
    changed: str
    join: str = ""


def install(using: str) -> None:
    """Put the triggers on every table of a yearly report. Runs as the owner after every migration; idempotent."""
    with connections[using].cursor() as cursor:
        cursor.execute("\n".join([FROZEN, *statements(), NOTED]))


def frozen() -> Iterator[Frozen]:
    """Every table that a closed year freezes."""
    closed = "EXISTS (SELECT FROM coverage_year y WHERE y.year IN ({}) AND y.closed_at IS NOT NULL)"
    yield Frozen(Target._meta.db_table, closed.format("x.year"), closed.format("x.year"), closed.format("x.year, o.year"))
    step, before = "extract(year FROM x.due_on)", "extract(year FROM o.due_on)"
    yield Frozen(Milestone._meta.db_table, closed.format(step), closed.format(step), closed.format(f"{step}, {before}"))
    own = "years_frozen({}, NULL, false)"
    yield Frozen(Window._meta.db_table, own.format("x.id"), closed.format("x.year"), closed.format("x.year, o.year"))
    for model in _tables():
        if issubclass(model, YearlyReport):
            unit = "years_frozen(x.window_id, x.organization_id, {})"
            stays = f"o.state IN ({HANDED_IN}) AND x.state IN ({HANDED_IN})"
            yield Frozen(model._meta.db_table, unit.format("false"), unit.format("false"), unit.format(stays))
        elif report := _to(model, lambda target: issubclass(target, YearlyReport)):
            above = report.remote_field.model._meta.db_table
            its = f"years_frozen(r.window_id, r.organization_id, r.state IN ({HANDED_IN}))"
            yield Frozen(model._meta.db_table, its, its, its, f'JOIN "{above}" r ON r.id = x."{report.column}"')
        elif model is not Reopening and (window := _to(model, lambda target: target is Window)):
            its = own.format(f'x."{window.column}"')
            yield Frozen(model._meta.db_table, its, its, its)


def statements() -> Iterator[str]:
    for each in frozen():
        name = f"years_freeze_{each.table}"[:63]
        yield FUNCTION.format(
            name=name, lock=LOCK, join=each.join, added=f"({each.added})", removed=f"({each.removed})", changed=f"({each.changed})"
        )
        for event, rows in TABLES.items():
            yield (
                f'CREATE OR REPLACE TRIGGER "years_freeze_{event.lower()}" AFTER {event} ON "{each.table}" REFERENCING {rows} '
                f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}"();'
            )


def _tables() -> Iterator[type[models.Model]]:
    """Every table of ours; history is written, not reported, and what says so itself stays open (a reader's own mark)."""
    for model in apps.get_models():
        if not hasattr(model, "pgh_tracked_model") and not model._meta.proxy and not getattr(model, "outlives_the_year", False):
            yield model


def _to(model: type[models.Model], wanted: Any) -> models.ForeignKey | None:
    """The foreign key by which a row belongs to what is `wanted`."""
    keys = (field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey))
    return next((field for field in keys if wanted(field.remote_field.model)), None)
