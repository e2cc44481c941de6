"""The two ways to count, both set by set inside the database: everything anew, and only what a change adds or takes away.

One sums the list, the other adds differences to sums; a nightly count and a test hold them together.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from apps.coverage.questions import listed
from apps.coverage.registry import Indicator
from apps.organizations.enums import Kind

MEMORY = "32MB"  # for each sorting or hashing of a full count; beyond that it goes to disk
NODES = (Kind.CITY, Kind.COUNTY, Kind.TOWN)  # where a figure stands; what lies below is counted in it

_LINE = "organization_id, county_id, path, groups, ways, covered"
_STORED = f"SELECT {_LINE} FROM coverage_fact WHERE year_id = %s AND indicator = %s"  # noqa: S608  the parts are ours; values are parameters
_WRITE_FACTS = f"""
INSERT INTO coverage_fact (year_id, indicator, {_LINE})
SELECT %s, %s, {_LINE} FROM came
ON CONFLICT (county_id, year_id, indicator, organization_id)
    DO UPDATE SET path = excluded.path, groups = excluded.groups, ways = excluded.ways, covered = excluded.covered
"""  # noqa: S608

# What rows (line, groups, ways, covered, total) add to every node on their lines. Thousands share a line, so they are summed before it is
# walked; every part has columns of its own until then. A part that none of them has is null, and adds no figure.
_ADDED = """
SELECT node.id AS organization_id, node.county_id, node.path, part.part, part.covered::int AS covered, part.total::int AS total
FROM (
    SELECT label, {sums}
    FROM (SELECT line, {columns} FROM {rows} GROUP BY line) summed
    CROSS JOIN LATERAL unnest(string_to_array(line, '.')::bigint[]) AS label
    GROUP BY label
) added
JOIN organizations_organization node ON node.id = added.label AND node.kind = ANY (%s)
CROSS JOIN LATERAL (VALUES {parts}) AS part (part, covered, total)
WHERE part.total IS NOT NULL
"""

# Counting anew is a read, of which PostgreSQL's processes share the work, until it is known what differs from what is stored.
# Step 1: the list, compared in one pass.
_LIST = f"""
CREATE TEMPORARY TABLE coverage_differs AS
SELECT fresh.*, stored.organization_id AS gone FROM ({{fresh}}) fresh FULL JOIN ({_STORED}) stored USING (organization_id)
WHERE (fresh.county_id, fresh.path, fresh.groups, fresh.ways, fresh.covered)
    IS DISTINCT FROM (stored.county_id, stored.path, stored.groups, stored.ways, stored.covered)
"""  # noqa: S608
_PUT_RIGHT_LIST = f"""
WITH came AS (SELECT {_LINE} FROM coverage_differs WHERE organization_id IS NOT NULL),
gone AS (
    DELETE FROM coverage_fact WHERE year_id = %s AND indicator = %s
        AND organization_id = ANY (ARRAY(SELECT gone FROM coverage_differs WHERE organization_id IS NULL))
)
{_WRITE_FACTS}
"""  # noqa: S608

# Step 2: the figures of every node, from the list alone.
_SUMS = """
CREATE TEMPORARY TABLE coverage_differs AS
WITH line AS (
    SELECT {line}::text AS line, groups, ways, covered::int AS covered, 1 AS total
    FROM coverage_fact WHERE year_id = %s AND indicator = %s
)
SELECT counted.*, stored.id AS gone
FROM ({added}) counted
FULL JOIN (SELECT * FROM coverage_figure WHERE year_id = %s AND indicator = %s) stored USING (organization_id, part)
WHERE (counted.county_id, counted.path, counted.covered, counted.total)
    IS DISTINCT FROM (stored.county_id, stored.path, stored.covered, stored.total)
"""
_PUT_RIGHT_SUMS = """
WITH gone AS (DELETE FROM coverage_figure WHERE id = ANY (ARRAY(SELECT gone FROM coverage_differs WHERE total IS NULL)))
INSERT INTO coverage_figure (year_id, indicator, organization_id, county_id, path, part, covered, total)
SELECT %s, %s, organization_id, county_id, path, part, covered, total FROM coverage_differs WHERE total IS NOT NULL
ON CONFLICT (county_id, year_id, indicator, organization_id, part)
    DO UPDATE SET path = excluded.path, covered = excluded.covered, total = excluded.total
"""

# Lines that differ from the stored ones leave with their old path and come with their new one, so a move is a change like any other.
_DELTAS = f"""
WITH fresh AS MATERIALIZED ({{fresh}}), stored AS MATERIALIZED ({_STORED} AND organization_id = ANY (%s::bigint[])),
came AS (SELECT * FROM fresh EXCEPT SELECT * FROM stored),
went AS (SELECT * FROM stored EXCEPT SELECT * FROM fresh),
gone AS (
    DELETE FROM coverage_fact
    WHERE year_id = %s AND indicator = %s
        AND organization_id = ANY (ARRAY(SELECT organization_id FROM stored EXCEPT SELECT organization_id FROM fresh))
),
written AS ({_WRITE_FACTS}),
step AS (
    SELECT path::text AS line, groups, ways, covered::int AS covered, 1 AS total FROM came
    UNION ALL SELECT path::text, groups, ways, -covered::int, -1 FROM went
),
delta AS ({{added}})
MERGE INTO coverage_figure f USING delta
ON f.year_id = %s AND f.indicator = %s AND f.organization_id = delta.organization_id AND f.part = delta.part
    AND f.organization_id = ANY (ARRAY(SELECT organization_id FROM delta))  -- else a country's figures are read from end to end
WHEN MATCHED AND f.total + delta.total = 0 THEN DELETE
WHEN MATCHED AND (delta.covered, delta.total, f.path) IS DISTINCT FROM (0, 0, delta.path) THEN
    UPDATE SET covered = f.covered + delta.covered, total = f.total + delta.total, path = delta.path
WHEN NOT MATCHED AND delta.total > 0 THEN
    INSERT (year_id, indicator, organization_id, county_id, path, part, covered, total)
    VALUES (%s, %s, delta.organization_id, delta.county_id, delta.path, delta.part, delta.covered, delta.total)
"""  # noqa: S608


def anew(indicator: Indicator, *, year: int, day: date) -> int:
    """Bring list and figures of a year in line with the registers as of a day. Answers how many rows were not."""
    fresh, fresh_params = listed(indicator, day)
    key: list[Any] = [year, indicator.key]
    # What is no node itself adds to the line above it.
    line = "path" if indicator.level in NODES else "subpath(path, 0, -1)"
    lines = _put_right(_LIST.format(fresh=fresh), [*fresh_params, *key], _PUT_RIGHT_LIST, key * 2)
    sums = _SUMS.format(line=line, added=_added(indicator, "line"))
    return lines + _put_right(sums, [*key, list(NODES), *key], _PUT_RIGHT_SUMS, key)


def _put_right(differs: str, asked: list[Any], put_right: str, params: list[Any]) -> int:
    """Look for what differs, and write it. Answers how much."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [MEMORY])
        cursor.execute(differs, asked)
        if count := cursor.rowcount:
            cursor.execute(put_right, params)
        cursor.execute("DROP TABLE coverage_differs")
    return count


def changed(indicator: Indicator, *, year: int, day: date, organizations: Sequence[int]) -> None:
    """Bring list and figures in line for some organizations and everything above them; a few milliseconds."""
    ids = list(organizations)
    fresh, fresh_params = listed(indicator, day, ids=ids)
    key: list[Any] = [year, indicator.key]
    with connection.cursor() as cursor:
        cursor.execute(
            _DELTAS.format(fresh=fresh, added=_added(indicator, "step")), [*fresh_params, *key, ids, *key * 2, list(NODES), *key * 2]
        )


def _added(indicator: Indicator, rows: str) -> str:
    """What rows add to the whole, to each group, and of every way of the indicator to its total, of theirs to what it covers."""
    columns, parts = {"c": "sum(covered)", "t": "sum(total)"}, ["('', c, t)"]
    for number, key in enumerate(indicator.groups):
        columns |= {f"c{number}": f"sum(covered) FILTER (WHERE '{key}' = ANY (groups))"}
        columns |= {f"t{number}": f"sum(total) FILTER (WHERE '{key}' = ANY (groups))"}
        parts.append(f"('{key}', c{number}, t{number})")
    for number, key in enumerate(indicator.ways):
        columns |= {f"w{number}": f"coalesce(sum(covered) FILTER (WHERE '{key}' = ANY (ways)), 0)"}
        parts.append(f"('{key}', w{number}, t)")
    return _ADDED.format(
        rows=rows,
        columns=", ".join(f"{column} AS {name}" for name, column in columns.items()),
        sums=", ".join(f"sum({name}) AS {name}" for name in columns),
        parts=", ".join(parts),
    )
