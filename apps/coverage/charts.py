"""What the charts draw, as plain values; a table with the same figures stands beside each."""

from typing import Any

from apps.coverage.selectors import Measure, Overview
from apps.organizations.enums import Kind


def of(overview: Overview, measure: Measure) -> dict[str, Any]:
    """The trend and, at the city, the map of one measure, for the page and for its scripts."""
    points = overview.history[measure.indicator.key]
    trend = {
        "years": [point.year for point in points],
        "series": [{"label": measure.indicator.label, "values": [point.ratio.value for point in points]}],
        "target": [point.goal for point in points],
    }
    context: dict[str, Any] = {"points": points[::-1], "trend": trend}
    if overview.node.kind == Kind.CITY:
        units = [row.measures[measure.indicator.key] for row in overview.rows]
        context["map"] = {"values": [_shape(each) for each in units if each.node.code], "target": measure.goal}
        context["chips"] = [each for each in units if not each.node.code]  # the zones and the city's own schools have no shape
    return context


def _shape(measure: Measure) -> dict[str, Any]:
    ratio = measure.ratio
    return {
        "code": measure.node.code,
        "name": measure.node.name,
        "value": ratio.value,
        "count": ratio.covered,
        "total": ratio.total,
        "distance": measure.distance,
        "url": measure.url,
    }
