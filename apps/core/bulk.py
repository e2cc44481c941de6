"""Many rows written in one statement: COPY to a temporary table, then INSERT or UPDATE from it. Row-level security refuses COPY into a
table that has policies, and the temporary one costs next to nothing; policies, constraints and triggers of the real table all apply.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

STAGE = "bulk_stage"
Values = Sequence[Any]


def next_keys(model: type[models.Model], count: int) -> list[int]:
    """That many primary keys that nobody else will get."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Values]) -> int:
    """Add rows; `names` are the model's fields, in the order of each row's values. What is not named gets its default. Returns how many."""
    fields = _fields(model, names)
    defaults = {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.local_concrete_fields
        if field not in fields and not field.primary_key and field.has_default()
    }
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, [*(field.column for field in fields), *defaults]))
    with _staged(model, fields, rows) as cursor:
        values = ", ".join([*(quote(field.column) for field in fields), *["%s"] * len(defaults)])
        table = quote(model._meta.db_table)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {STAGE}", [*defaults.values()])  # noqa: S608  our own names
        return cursor.rowcount


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Values], *, by: str) -> int:
    """Change rows: those whose field `by`, which stands first in each row's values, has that value. Returns how many were found."""
    fields = _fields(model, (by, *names))
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(fields[0].column)
    columns = ", ".join(f"{quote(field.column)} = {STAGE}.{quote(field.column)}" for field in fields[1:])
    with _staged(model, fields, rows) as cursor:
        cursor.execute(f"UPDATE {table} SET {columns} FROM {STAGE} WHERE {table}.{key} = {STAGE}.{key}")  # noqa: S608  our own names
        return cursor.rowcount


def delete(model: type[models.Model], values: Sequence[Any], *, by: str) -> int:
    """Take rows away by the value of one field; triggers and policies see one statement. Returns how many were found."""
    table, key = (connection.ops.quote_name(name) for name in (model._meta.db_table, _fields(model, [by])[0].column))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {key} = ANY (%s)", [list(values)])  # noqa: S608  our own names
        return cursor.rowcount


def _fields(model: type[models.Model], names: Iterable[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


@contextmanager
def _staged(model: type[models.Model], fields: Sequence[Any], rows: Iterable[Values]) -> Iterator[Any]:
    """The rows in a temporary table with these columns; gone when the block ends."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {STAGE} AS SELECT {columns} FROM {quote(model._meta.db_table)} WITH NO DATA")  # noqa: S608
        # An unquoted nothing is NULL to COPY; a text column that knows no NULL reads it as the empty text.
        texts = [quote(field.column) for field in fields if not field.null and field.empty_strings_allowed]
        not_null = f", FORCE_NOT_NULL ({', '.join(texts)})" if texts else ""
        cursor.copy_expert(f"COPY {STAGE} FROM STDIN WITH (FORMAT csv{not_null})", _Lines(rows, [_writer(field) for field in fields]))
        yield cursor
        cursor.execute(f"DROP TABLE {STAGE}")


class _Lines:
    """What COPY reads from: the rows as csv, a batch at a time."""

    def __init__(self, rows: Iterable[Values], writers: list[Callable[[Any], Any] | None]) -> None:
        self.rows, self.buffer = iter(rows), StringIO()
        self.writers = [(index, write) for index, write in enumerate(writers) if write]
        self.csv = csv.writer(self.buffer)

    def read(self, size: int = -1) -> str:
        self.buffer.seek(0)
        self.buffer.truncate()
        for row in self.rows:
            if self.writers:
                row = list(row)
                for index, write in self.writers:
                    row[index] = None if row[index] is None else write(row[index])
            self.csv.writerow(row)
            if self.buffer.tell() >= size:
                break
        return self.buffer.getvalue()


def _writer(field: Any) -> Callable[[Any], Any] | None:
    """How a value of the field is written for COPY, where `str` will not do."""
    if isinstance(field, ArrayField):
        return _array
    if isinstance(field, models.JSONField):
        return (field.encoder or json.JSONEncoder)(ensure_ascii=False).encode
    return None


def _array(values: Iterable[Any]) -> str:
    return "{" + ",".join('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values) + "}"
