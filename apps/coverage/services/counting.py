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

NODES = (Kind.CITY, Kind.COUNTY, Kind.TOWN)  # where a figure stands; what lies below is counted in it

_LINE = "organization_id, county_id, path, groups, ways, covered"
_STORED = f"SELECT {_LINE} FROM coverage_fact WHERE year_id = %s AND indicator = %s"  # noqa: S608  the parts are ours; values are parameters
_WRITE_FACTS = f"""
INSERT INTO coverage_fact (year_id, indicator, {_LINE})
SELECT %s, %s, {_LINE} FROM came
ON CONFLICT (county_id, year_id, indicator, organization_id)
    DO UPDATE SET path = excluded.path, groups = excluded.groups, ways = excluded.ways, covered = excluded.covered
"""  # noqa: S608

# What rows (line, groups, ways, covered, total) add to every node on their lines: to its whole, to each of their groups, and of every way
# of the indicator to its total, of theirs to what it covers. They are summed by line first: thousands share one.
_ADDED = """
SELECT node.id AS organization_id, node.county_id, node.path, added.part, added.covered, added.total
FROM (
    SELECT label, part, sum(CASE WHEN part = ANY (%s::text[]) AND part <> ALL (ways) THEN 0 ELSE covered END)::int AS covered,
        sum(total)::int AS total
    FROM (SELECT line, groups, ways, sum(covered) AS covered, sum(total) AS total FROM {rows} GROUP BY line, groups, ways) summed
    CROSS JOIN LATERAL unnest(string_to_array(line::text, '.')::bigint[]) AS label
    CROSS JOIN LATERAL unnest(ARRAY[''] || groups || %s::text[]) AS part
    GROUP BY label, part
) added
JOIN organizations_organization node ON node.id = added.label AND node.kind = ANY (%s)
"""

# Step 1 of counting anew: the list. Answers how many lines had to be put right.
_LIST = f"""
WITH fresh AS MATERIALIZED ({{fresh}}), stored AS ({_STORED}),
came AS (
    SELECT fresh.* FROM fresh LEFT JOIN stored USING (organization_id)
    WHERE stored.organization_id IS NULL OR (fresh.county_id, fresh.path, fresh.groups, fresh.ways, fresh.covered)
        IS DISTINCT FROM (stored.county_id, stored.path, stored.groups, stored.ways, stored.covered)
),
gone AS (
    DELETE FROM coverage_fact f WHERE year_id = %s AND indicator = %s
        AND NOT EXISTS (SELECT FROM fresh WHERE fresh.organization_id = f.organization_id)
    RETURNING id
),
written AS ({_WRITE_FACTS} RETURNING id)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""  # noqa: S608

# Step 2: the figures of every node, from the list alone.
_SUMS = f"""
WITH line AS (
    SELECT {{line}} AS line, groups, ways, covered::int AS covered, 1 AS total FROM coverage_fact WHERE year_id = %s AND indicator = %s
),
counted AS MATERIALIZED ({_ADDED.format(rows="line")}),
stored AS (
    SELECT organization_id, county_id, path, part, covered, total FROM coverage_figure WHERE year_id = %s AND indicator = %s
),
gone AS (
    DELETE FROM coverage_figure
    WHERE year_id = %s AND indicator = %s AND (organization_id, part) NOT IN (SELECT organization_id, part FROM counted)
    RETURNING id
),
written AS (
    INSERT INTO coverage_figure (year_id, indicator, organization_id, county_id, path, part, covered, total)
    SELECT %s, %s, came.* FROM (SELECT * FROM counted EXCEPT SELECT * FROM stored) came
    ON CONFLICT (county_id, year_id, indicator, organization_id, part)
        DO UPDATE SET path = excluded.path, covered = excluded.covered, total = excluded.total
    RETURNING id
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""  # noqa: S608

# Lines that differ from the stored ones leave with their old path and come with their new one, so a move is a change like any other.
_DELTAS = f"""
WITH fresh AS MATERIALIZED ({{fresh}}), stored AS MATERIALIZED ({_STORED} AND organization_id = ANY (%s::bigint[])),
came AS (SELECT * FROM fresh EXCEPT SELECT * FROM stored),
went AS (SELECT * FROM stored EXCEPT SELECT * FROM fresh),
gone AS (
    DELETE FROM coverage_fact
    WHERE year_id = %s AND indicator = %s
      AND organization_id IN (SELECT organization_id FROM stored EXCEPT SELECT organization_id FROM fresh)
),
written AS ({_WRITE_FACTS}),
step AS (
    SELECT path AS line, groups, ways, covered::int AS covered, 1 AS total FROM came
    UNION ALL SELECT path, groups, ways, -covered::int, -1 FROM went
),
delta AS ({_ADDED.format(rows="step")})
MERGE INTO coverage_figure f USING delta
ON f.year_id = %s AND f.indicator = %s AND f.organization_id = delta.organization_id AND f.part = delta.part
WHEN MATCHED AND f.total + delta.total = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET covered = f.covered + delta.covered, total = f.total + delta.total, path = delta.path
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
    with connection.cursor() as cursor:
        cursor.execute(_LIST.format(fresh=fresh), [*fresh_params, *key * 3])
        lines = cursor.fetchone()[0]
        cursor.execute(_SUMS.format(line=line), [*key, *_parts(indicator), *key * 3])
        return lines + cursor.fetchone()[0]


def changed(indicator: Indicator, *, year: int, day: date, organizations: Sequence[int]) -> None:
    """Bring list and figures in line for some organizations and everything above them; a few milliseconds."""
    ids = list(organizations)
    fresh, fresh_params = listed(indicator, day, ids=ids)
    key: list[Any] = [year, indicator.key]
    with connection.cursor() as cursor:
        cursor.execute(_DELTAS.format(fresh=fresh), [*fresh_params, *key, ids, *key * 2, *_parts(indicator), *key * 2])


def _parts(indicator: Indicator) -> list[Any]:
    ways = list(indicator.ways)
    return [ways, ways, list(NODES)]
