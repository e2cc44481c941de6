"""What the charts draw, as plain values; a table with the same figures stands beside each."""

from typing import Any

from apps.coverage.registry import Indicator
from apps.coverage.selectors import Measure, Overview
from apps.coverage.selectors.reach import Course

MAPPED = "3304"  # the city whose reporting units have a shape (fixtures/jiaxing_counties.geojson)


def of(overview: Overview, measure: Measure) -> dict[str, Any]:
    """The trend and, at the city, the map of one measure, for the page and for its scripts."""
    points = overview.history[measure.indicator.key]
    trend = {
        "labels": [str(point.year) for point in points],
        "unit": "年",
        "goal": "目标",
        "stepped": True,
        "series": [{"label": measure.indicator.label, "values": [point.ratio.value for point in points]}],
        "target": [point.goal for point in points],
    }
    context: dict[str, Any] = {"trend": trend}
    if overview.node.code == MAPPED:
        units = [row.measures[measure.indicator.key] for row in overview.rows]
        context["map"] = {"values": [_shape(each) for each in units if each.node.code], "target": measure.goal}
        context["chips"] = [each for each in units if not each.node.code]  # the zones and the city's own schools have no shape
    return context


def course(course: Course, indicator: Indicator) -> dict[str, Any]:
    """A year's course against its path, and where it leads by the year's end."""
    labels = [f"{point.day.year}年底" if number == 0 else f"{point.day:%-m-%d}" for number, point in enumerate(course.points)]
    values = [point.ratio.value for point in course.points]
    target = [point.expected for point in course.points]
    found: dict[str, Any] = {"labels": labels, "series": [{"label": indicator.label, "values": values}], "target": target, "goal": "进度线"}
    if course.forecast is None:
        return found
    ahead = course.forecast
    found["labels"].append(f"{ahead.until:%-m-%d}（推算）")
    found["range"] = [ahead.low.value, ahead.likely.value, ahead.high.value]
    found["target"].append(course.goal)
    return found


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
