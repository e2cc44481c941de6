"""What leaves the portal as a workbook of a ledger: to fill in, filled in, and given back with what is wrong."""

from apps.core.ledgers.sheets.book import book, csv_lines
from apps.core.ledgers.sheets.corrected import corrected
from apps.core.ledgers.sheets.template import template

__all__ = ["book", "corrected", "csv_lines", "template"]
