"""An indicator's rule of a day as one SQL question: who is listed on it, in which groups, and by what each is covered."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from apps.coverage.registry import Indicator, Rows

# What the eligible list says on a day. The tree gives line and county, so that no indicator has to be right about them.
_LISTED = """
SELECT o.id AS organization_id, o.county_id, o.path, {groups} AS groups, coalesce(c.ways, '{{}}') AS ways,
    c.organization_id IS NOT NULL AS covered
FROM ({universe}) u
JOIN organizations_organization o ON o.id = u.organization_id
LEFT JOIN (SELECT x.organization_id, {ways} AS ways FROM ({covered}) x {only_x} GROUP BY x.organization_id) c ON c.organization_id = o.id
WHERE NOT EXISTS (
    SELECT FROM coverage_exemption e
    WHERE e.organization_id = o.id AND e.indicator = %s AND e.since <= %s AND (e.until IS NULL OR e.until > %s)
) {only_o} {within}
"""


def listed(indicator: Indicator, day: date, *, ids: list[int] | None = None, within: str = "") -> tuple[str, list[Any]]:
    """The eligible list of a day as one SELECT of organization_id, county_id, path, groups, ways, covered; with `ids` only their lines,
    with `within` only those below the node of that path. The tree is today's.
    """
    rule = indicator.rule(day)
    universe, universe_params = _sql(rule.universe, day)
    covered, covered_params = _sql(rule.covered, day)
    known = [f"CASE WHEN bool_or(x.way = '{way}') THEN '{way}' END" for way in sorted(indicator.ways)]
    parts = {
        "groups": "u.groups" if indicator.groups else "ARRAY[]::text[]",
        "ways": f"array_remove(ARRAY[{', '.join(known)}]::text[], NULL)",
        "only_x": "" if ids is None else "WHERE x.organization_id = ANY (%s::bigint[])",
        "only_o": "" if ids is None else "AND o.id = ANY (%s::bigint[])",
        "within": "AND o.path <@ %s::ltree" if within else "",
    }
    extra = [] if ids is None else [ids]
    sql = _LISTED.format(universe=universe, covered=covered, **parts)
    return sql, [*universe_params, *covered_params, *extra, indicator.key, day, day, *extra, *([within] if within else [])]


@lru_cache(maxsize=256)  # every change asks the same of today
def _sql(rows: Rows, day: date) -> tuple[str, tuple[Any, ...]]:
    """A queryset as SQL; one that is known to be empty stays a SELECT without rows."""
    return rows(day).order_by().query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
