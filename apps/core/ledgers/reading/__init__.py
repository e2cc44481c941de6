"""An uploaded table becomes rows: its format is told by content, and it is taken apart in a process that can do no harm."""

from apps.core.ledgers.parsing.limits import MAX_COLUMNS, MAX_MB, MAX_ROWS
from apps.core.ledgers.reading.running import Unreadable
from apps.core.ledgers.reading.tables import Cell, Fault, Head, Table, read

__all__ = ["MAX_COLUMNS", "MAX_MB", "MAX_ROWS", "Cell", "Fault", "Head", "Table", "Unreadable", "read"]
