"""The two ways to count, both set by set inside the database: everything anew, and only what a change adds or takes away.

One sums the list, the other adds differences to sums; a nightly count and a test hold them together.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models

from apps.coverage.registry import Indicator
from apps.organizations.enums import Kind

NODES = (Kind.CITY, Kind.COUNTY, Kind.TOWN)  # where a figure stands; what lies below is counted in it

# What the eligible list says on a day. The tree gives line and county, so that no indicator has to be right about them.
_FRESH = """
SELECT o.id AS organization_id, o.county_id, o.path, u."group", c.organization_id IS NOT NULL AS covered
FROM ({universe}) u
JOIN organizations_organization o ON o.id = u.organization_id
LEFT JOIN (SELECT DISTINCT x.organization_id FROM ({covered}) x {only_x}) c ON c.organization_id = o.id
{only_o}
"""
_STORED = """
SELECT organization_id, county_id, path, "group", covered FROM coverage_fact WHERE year_id = %s AND indicator = %s
"""
_WRITE_FACTS = """
INSERT INTO coverage_fact (year_id, indicator, organization_id, county_id, path, "group", covered)
SELECT %s, %s, organization_id, county_id, path, "group", covered FROM came
ON CONFLICT (county_id, year_id, indicator, organization_id)
    DO UPDATE SET path = excluded.path, "group" = excluded."group", covered = excluded.covered
"""
# What rows (path, group, covered, total) add to every node on their lines: to its whole, and to its part of their group.
_ADDED = """
SELECT node.id AS organization_id, node.county_id, node.path, added."group", added.covered, added.total
FROM (
    SELECT label, part AS "group", sum(covered)::int AS covered, sum(total)::int AS total
    FROM {rows}
    CROSS JOIN LATERAL unnest(string_to_array(path::text, '.')::bigint[]) AS label
    CROSS JOIN LATERAL unnest(CASE "group" WHEN '' THEN ARRAY[''] ELSE ARRAY['', "group"]::text[] END) AS part
    GROUP BY label, part
) added
JOIN organizations_organization node ON node.id = added.label AND node.kind = ANY (%s)
"""

# Step 1 of counting anew: the list. Answers how many lines had to be put right.
_LIST = f"""
WITH fresh AS MATERIALIZED ({{fresh}}), stored AS MATERIALIZED ({_STORED}),
came AS (SELECT * FROM fresh EXCEPT SELECT * FROM stored),
gone AS (
    DELETE FROM coverage_fact WHERE year_id = %s AND indicator = %s AND organization_id NOT IN (SELECT organization_id FROM fresh)
    RETURNING id
),
written AS ({_WRITE_FACTS} RETURNING id)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""  # noqa: S608  the parts are ours; values are parameters

# Step 2: the figures of every node, from the list alone.
_SUMS = f"""
WITH line AS (
    SELECT path, "group", covered::int AS covered, 1 AS total FROM coverage_fact WHERE year_id = %s AND indicator = %s
),
counted AS MATERIALIZED ({_ADDED.format(rows="line")}),
stored AS (
    SELECT organization_id, county_id, path, "group", covered, total FROM coverage_figure WHERE year_id = %s AND indicator = %s
),
gone AS (
    DELETE FROM coverage_figure
    WHERE year_id = %s AND indicator = %s AND (organization_id, "group") NOT IN (SELECT organization_id, "group" FROM counted)
    RETURNING id
),
written AS (
    INSERT INTO coverage_figure (year_id, indicator, organization_id, county_id, path, "group", covered, total)
    SELECT %s, %s, came.* FROM (SELECT * FROM counted EXCEPT SELECT * FROM stored) came
    ON CONFLICT (county_id, year_id, indicator, organization_id, "group")
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
    SELECT path, "group", covered::int AS covered, 1 AS total FROM came
    UNION ALL SELECT path, "group", -covered::int, -1 FROM went
),
delta AS ({_ADDED.format(rows="step")})
MERGE INTO coverage_figure f USING delta
ON f.year_id = %s AND f.indicator = %s AND f.organization_id = delta.organization_id AND f."group" = delta."group"
WHEN MATCHED AND f.total + delta.total = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET covered = f.covered + delta.covered, total = f.total + delta.total, path = delta.path
WHEN NOT MATCHED AND delta.total > 0 THEN
    INSERT (year_id, indicator, organization_id, county_id, path, "group", covered, total)
    VALUES (%s, %s, delta.organization_id, delta.county_id, delta.path, delta."group", delta.covered, delta.total)
"""  # noqa: S608


def anew(indicator: Indicator, *, year: int, day: date) -> int:
    """Bring list and figures of a year in line with the registers as of a day. Answers how many rows were not."""
    fresh, fresh_params = _question(indicator, day)
    key: list[Any] = [year, indicator.key]
    with connection.cursor() as cursor:
        cursor.execute(_LIST.format(fresh=fresh), [*fresh_params, *key * 3])
        lines = cursor.fetchone()[0]
        cursor.execute(_SUMS, [*key, list(NODES), *key * 3])
        return lines + cursor.fetchone()[0]


def changed(indicator: Indicator, *, year: int, day: date, organizations: Sequence[int]) -> None:
    """Bring list and figures in line for some organizations and everything above them; a few milliseconds."""
    ids = list(organizations)
    fresh, fresh_params = _question(indicator, day, ids)
    key: list[Any] = [year, indicator.key]
    with connection.cursor() as cursor:
        cursor.execute(_DELTAS.format(fresh=fresh), [*fresh_params, *key, ids, *key * 2, list(NODES), *key * 2])


def _question(indicator: Indicator, day: date, ids: list[int] | None = None) -> tuple[str, list[Any]]:
    """The eligible list of a day as one SELECT; with `ids` only their lines."""
    universe, universe_params = _sql(indicator.universe(day))
    covered, covered_params = _sql(indicator.covered(day))
    narrowed = {"only_x": "", "only_o": ""}
    if ids is not None:
        narrowed = {"only_x": "WHERE x.organization_id = ANY (%s::bigint[])", "only_o": "WHERE o.id = ANY (%s::bigint[])"}
    sql = _FRESH.format(universe=universe, covered=covered, **narrowed)
    extra = [] if ids is None else [ids]
    return sql, [*universe_params, *covered_params, *extra, *extra]


def _sql(rows: models.QuerySet) -> tuple[str, tuple[Any, ...]]:
    """A queryset as SQL; one that is known to be empty stays a SELECT without rows."""
    return rows.order_by().query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
