"""The rows of a log as the seals see them: each is one line of JSON, written by PostgreSQL, and the SHA-256 of that line is its leaf."""

# ruff: noqa: S608  names of tables and columns are checked against the catalog; values are parameters

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from apps.core import scope
from apps.core.logs import Log

LONGEST = timedelta(hours=1)  # no transaction of the portal lasts longer; what was begun earlier and is not sealed by then came afterwards
LATE = timedelta(days=1)  # how far back sealing looks for rows of transactions that committed late
_ENDS = (-(2**63), 2**63 - 1)


def same_words() -> None:
    """Whatever the session is set to: a moment is written in the same words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', 'UTC', true), set_config('extra_float_digits', '1', true)")


def line(columns: Sequence[str]) -> str:
    return f"jsonb_build_array({', '.join(f't.{_quoted(name)}' for name in columns)})::text"


def leaf(columns: Sequence[str]) -> str:
    return f"sha256(convert_to({line(columns)}, 'UTF8'))"


def covered(log: Log, ranges: str) -> str:
    """The rows whose ids lie in a multirange, found range by range in the primary key's index."""
    return f'unnest({ranges}) gap JOIN "{log.table}" t ON t.{_quoted(log.id)} >= {_lower()} AND t.{_quoted(log.id)} < {_upper()}'


def _lower() -> str:
    return f"coalesce(lower(gap), {_ENDS[0]})"


def _upper() -> str:
    return f"coalesce(upper(gap), {_ENDS[1]})"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


@dataclass(frozen=True)
class Batch:
    """Rows of one log that are next to be sealed."""

    log: Log
    columns: tuple[str, ...]
    ids: str
    rows: int
    up_to: int
    leaves: bytes


def next_batch(log: Log, columns: Sequence[str], *, now: datetime, most: int, besides: str = "{}") -> Batch | None:
    """The lowest rows that no seal covers, those of late committers among them; None when there are none.

    Looked at is only what lies above the highest id sealed a day ago: whatever appears below it later was not committed late but put there.
    """
    key = _quoted(log.id)
    statement = f"""
        WITH ground AS (
            SELECT up_to FROM audit_seal WHERE "table" = %(table)s AND at < %(late)s ORDER BY number DESC LIMIT 1
        ), open AS (
            SELECT int8multirange(int8range((SELECT up_to FROM ground), NULL, '()'))
                 - coalesce((SELECT range_agg(ids) FROM audit_seal WHERE "table" = %(table)s AND at >= %(late)s), '{{}}')
                 - %(besides)s::int8multirange AS ids
        ), picked AS (
            SELECT low.id FROM open, unnest(open.ids) gap, LATERAL (
                SELECT t.{key}::int8 AS id FROM "{log.table}" t WHERE t.{key} >= {_lower()} AND t.{key} < {_upper()}
                ORDER BY t.{key} LIMIT %(most)s
            ) low ORDER BY low.id LIMIT %(most)s
        )
        SELECT range_agg(int8range(p.id, p.id, '[]'))::text, count(*), max(p.id), string_agg({leaf(columns)}, ''::bytea ORDER BY p.id)
        FROM picked p JOIN "{log.table}" t ON t.{key} = p.id
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, {"table": log.table, "late": now - LATE, "most": most, "besides": besides})
        ids, rows, up_to, leaves = cursor.fetchone()
    return Batch(log, tuple(columns), ids, rows, up_to, bytes(leaves)) if rows else None


@dataclass(frozen=True)
class Comparison:
    """One seal beside what the table says today."""

    number: int
    rows: int
    agrees: bool
    oldest: datetime | None


def compare(log: Log, columns: Sequence[str], numbers: Sequence[int]) -> list[Comparison]:
    """Recompute the leaves of these seals, all of one log and one set of columns, in one statement."""
    statement = f"""
        SELECT s.number, found.rows, found.ids IS NOT DISTINCT FROM s.ids AND found.leaves IS NOT DISTINCT FROM s.leaves, found.oldest
        FROM audit_seal s, LATERAL (
            SELECT count(*) AS rows, min(each.at) AS oldest, string_agg(each.leaf, ''::bytea ORDER BY each.id) AS leaves,
                   range_agg(int8range(each.id, each.id, '[]')) AS ids
            FROM (
                SELECT t.{_quoted(log.id)}::int8 AS id, t.{_quoted(log.time)} AS at, {leaf(columns)} AS leaf FROM {covered(log, "s.ids")}
            ) each
        ) found WHERE s.number = ANY (%s)
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(numbers)])
        return [Comparison(*row) for row in cursor.fetchall()]


def leaves_now(log: Log, columns: Sequence[str], ids: str) -> dict[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.{_quoted(log.id)}, {leaf(columns)} FROM {covered(log, '%s::int8multirange')}", [ids])
        return {key: bytes(found) for key, found in cursor.fetchall()}


def lines_now(log: Log, columns: Sequence[str], ids: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {line(columns)} FROM {covered(log, '%s::int8multirange')} ORDER BY t.{_quoted(log.id)}", [ids])
        yield from (text for (text,) in cursor.fetchall())


def unsealed(log: Log, *, most: int) -> list[tuple[int, datetime]]:
    """(id, time) of rows that no seal covers, the lowest ids first."""
    rest = "SELECT int8multirange(int8range(NULL, NULL)) - coalesce(range_agg(ids), '{}') FROM audit_seal WHERE \"table\" = %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.{_quoted(log.id)}, t.{_quoted(log.time)} FROM {covered(log, f'({rest})')} ORDER BY 1 LIMIT %s", [log.table, most]
        )
        return cursor.fetchall()


def waiting(tables: Sequence[Log], *, most: int) -> int:
    """How many rows wait to be sealed, counted no further than `most` in each log."""
    reached = 'coalesce((SELECT up_to FROM audit_seal WHERE "table" = %s ORDER BY number DESC LIMIT 1), %s)'
    counts = [
        f'(SELECT count(*) AS rows FROM (SELECT 1 FROM "{log.table}" t WHERE t.{_quoted(log.id)} > {reached} LIMIT {most}) x)'
        for log in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT sum(each.rows) FROM ({' UNION ALL '.join(counts)}) each", [value for log in tables for value in (log.table, _ENDS[0])]
        )
        return int(cursor.fetchone()[0])


def sealed_twice() -> list[str]:
    """Tables of which a row is covered by more than one seal."""
    statement = """
        SELECT each."table" FROM (SELECT "table", sum(rows) AS rows, range_agg(ids) AS ids FROM audit_seal GROUP BY "table") each
        WHERE each.rows <> (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(each.ids) r) ORDER BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [table for (table,) in cursor.fetchall()]


def ids_of(ranges: str) -> list[int]:
    """The numbers of a multirange, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT generate_series(lower(r), upper(r) - 1) FROM unnest(%s::int8multirange) r ORDER BY 1", [ranges])
        return [number for (number,) in cursor.fetchall()]


def everything() -> Any:
    """Seals are about all rows, whoever may see them."""
    return scope.opened(scope.EVERYTHING)
