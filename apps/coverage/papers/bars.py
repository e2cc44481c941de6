"""Bars of shares, as the plain numbers that templates/coverage/papers/chart.html draws: tenths of a millimetre on a sheet 156 mm wide.

Printed in black and white: dark reached its target, light has not, a line stands at the target, a diamond at the year before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.coverage.papers import words
from apps.coverage.papers.reading import Reading
from apps.coverage.registry import Indicator
from apps.coverage.selectors import Ratio, Row

LEFT, WHOLE = 300, 900  # where the bars begin, and how long 100 % is
TOP, ROW = 60, 74
MOST_BARS = 25  # on one chart: what a page holds
LONGEST_NAME = 8


@dataclass(frozen=True)
class Bar:
    name: str
    text: str
    top: int
    length: int
    target: int | None  # where its line stands
    earlier: int | None
    is_reached: bool | None  # None: there is no target


@dataclass(frozen=True)
class Chart:
    name: str
    told: str  # what it shows, for whoever hears it; its numbers are in the table beside it
    bars: tuple[Bar, ...]
    has_targets: bool
    has_earlier: bool
    earlier_year: int

    @property
    def bottom(self) -> int:
        return TOP + ROW * len(self.bars)

    @property
    def height(self) -> int:
        return self.bottom + 50

    @property
    def marks(self) -> list[tuple[int, str]]:
        """The scale."""
        return [(_at(step / 100), f"{step}%") for step in range(0, 101, 20)]


def charts(reading: Reading, indicator: Indicator, name: str) -> Iterator[Chart]:
    """The units' shares in their order; as many charts as pages are needed."""
    rows = [row for row in reading.overview.rows if row.measures[indicator.key].ratio.total]
    for first in range(0, len(rows), MOST_BARS):
        part = rows[first : first + MOST_BARS]
        bars = tuple(_bar(reading, indicator, row, TOP + ROW * number) for number, row in enumerate(part))
        yield Chart(
            name=name,
            told=f"{name}，{_span(reading, part)}的条形图，数字见表。",
            bars=bars,
            has_targets=any(bar.target is not None for bar in bars),
            has_earlier=any(bar.earlier is not None for bar in bars),
            earlier_year=reading.year - 1,
        )


def _bar(reading: Reading, indicator: Indicator, row: Row, top: int) -> Bar:
    measure = row.measures[indicator.key]
    then = reading.earlier(measure, row)
    name = reading.name(row)
    return Bar(
        name=name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…",
        text=f"{words.percent(measure.ratio)}（{measure.ratio.covered}/{measure.ratio.total}）",
        top=top,
        length=_length(measure.ratio),
        target=None if measure.goal is None else _at(measure.goal),
        earlier=LEFT + _length(then.ratio) if then else None,
        is_reached=None if measure.target is None else not measure.gap,
    )


def _length(ratio: Ratio) -> int:
    return round(WHOLE * (ratio.value or 0))


def _at(share: float) -> int:
    return LEFT + round(WHOLE * share)


def _span(reading: Reading, rows: Sequence[Row]) -> str:
    return reading.name(rows[0]) if len(rows) == 1 else f"{reading.name(rows[0])}至{reading.name(rows[-1])}"
