"""What the pages show: a node's measures in a year and over the years, the nodes below, and the rows that a number counts."""

from apps.coverage.selectors.lists import OwnState, corrections, exemptions, lines, own_states
from apps.coverage.selectors.measures import Measure, Part, Ratio, measure_of
from apps.coverage.selectors.overviews import COUNTED, Overview, Row, called_below, nodes, overview, standing_places

__all__ = [
    "COUNTED",
    "Measure",
    "Overview",
    "OwnState",
    "Part",
    "Ratio",
    "Row",
    "called_below",
    "corrections",
    "exemptions",
    "lines",
    "measure_of",
    "nodes",
    "overview",
    "own_states",
    "standing_places",
]
