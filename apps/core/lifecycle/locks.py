"""What is handed in stays as it is: the database refuses to change it, whoever writes. Derived from the models after every migration.

While a report is submitted or approved none of its words change: every column that a form may edit, and every row of a model that goes with
it (a foreign key that cascades: stages, attachments). State, dates and the tenant columns, which follow a move of the organization, stay
free. And the words of a remark that was sent stay, whatever becomes of the report.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import connections, models

from apps.core.lifecycle.enums import EDITABLE
from apps.core.lifecycle.models import Report
from apps.core.lifecycle.remarks import Remark

OPEN = ", ".join(f"'{state}'" for state in sorted(EDITABLE))
WORDS = ("report_id", "step_id", "passage", "label", "text", "by_id", "at")  # of a remark that was sent

FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION lifecycle_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: what was handed in is not changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE FUNCTION lifecycle_refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said jsonb = to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);
    state text;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV[2:] = to_jsonb(OLD) - TG_ARGV[2:] THEN
        RETURN NEW;
    END IF;
    FOR state IN EXECUTE format('SELECT state FROM %I WHERE id IN ($1, $2) FOR SHARE', TG_ARGV[0])
        USING (said ->> TG_ARGV[1])::bigint, (CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) ELSE said END ->> TG_ARGV[1])::bigint
    LOOP
        IF state NOT IN ({OPEN}) THEN
            RAISE EXCEPTION '%: what was handed in is not changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""  # noqa: S608  our own states


def apply(using: str) -> None:
    """Put the triggers on every report, row and remark. Runs as the owner; idempotent."""
    with connections[using].cursor() as cursor:
        cursor.execute("\n".join([FUNCTIONS, *statements()]))


def statements() -> Iterator[str]:
    for model in apps.get_models():
        if hasattr(model, "pgh_tracked_model"):
            continue
        if issubclass(model, Report):
            changed = _changed(words(model))
            yield _trigger(model, "UPDATE", f"WHEN (OLD.state NOT IN ({OPEN}) AND {changed}) EXECUTE FUNCTION lifecycle_refuse()")
        elif issubclass(model, Remark):
            yield _trigger(model, "UPDATE", f"WHEN (OLD.step_id IS NOT NULL AND {_changed(WORDS)}) EXECUTE FUNCTION lifecycle_refuse()")
        for field in parts(model):
            free = [county for county, _ in getattr(model, "scope_columns", ())]
            arguments = ", ".join(f"'{each}'" for each in (field.remote_field.model._meta.db_table, field.column, *free))
            yield _trigger(model, "INSERT OR UPDATE OR DELETE", f"EXECUTE FUNCTION lifecycle_refuse_row({arguments})")


def words(model: type[Report]) -> list[str]:
    """The columns of a report that say something: what a form may edit, and what a step records."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    said = {*model.content_fields, *model.other_content}
    return [str(field.column) for field in fields if field.editable or field.name in said]


def parts(model: type[models.Model]) -> list[models.ForeignKey]:
    """The foreign keys that make a model part of a report."""
    found = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    return [field for field in found if field.remote_field.on_delete is models.CASCADE and issubclass(field.remote_field.model, Report)]


def _changed(columns: list[str] | tuple[str, ...]) -> str:
    return "(" + " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns) + ")"


def _trigger(model: type[models.Model], event: str, clauses: str) -> str:
    return f'CREATE OR REPLACE TRIGGER lifecycle_locked BEFORE {event} ON "{model._meta.db_table}" FOR EACH ROW {clauses};'
