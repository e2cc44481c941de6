"""Tables of the nodes below a node, of its years and days, and of the eligible list."""

from apps.coverage.tables.days import DayTable
from apps.coverage.tables.lists import CandidateTable, ExemptionTable, FactTable, ListedTable
from apps.coverage.tables.nodes import IndicatorTable, NodeTable
from apps.coverage.tables.years import YearTable

__all__ = ["CandidateTable", "DayTable", "ExemptionTable", "FactTable", "IndicatorTable", "ListedTable", "NodeTable", "YearTable"]
