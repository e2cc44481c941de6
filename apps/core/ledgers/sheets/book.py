"""A ledger as it leaves the portal: a workbook, or csv."""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from apps.core import exports
from apps.core.ledgers.ledger import Ledger
from apps.core.ledgers.sheets.columns import GREY, Lists, dress, guide
from apps.core.ledgers.sheets.pages import add, drawer, line, looks, opened


def book(ledger: Ledger, rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """The rows of `ledger.sheet_rows` as a workbook. It may be changed and brought in again; the grey columns are not read then."""
    columns = ledger.columns
    with opened() as (made, file):
        page, lists = add(made, ledger.label), Lists()
        dress(made, page, columns)
        guide(page, columns, lists)
        page.begin(1)
        plain, grey = looks(made), looks(made, **GREY)
        draws = [drawer(place, grey if column.derived else plain) for place, column in enumerate(columns)]
        last = 0
        for last, values in enumerate(rows, start=1):
            page.put(last, line(draws, values, last))
        page.end(last, len(columns))
        page.autofilter(0, 0, last, len(columns) - 1)
        lists.write(made)
    return file


def csv_lines(ledger: Ledger, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    return exports.csv_lines([column.heading for column in ledger.columns], rows)
