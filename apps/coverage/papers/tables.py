"""The tables of a bulletin, in cells as they are printed; units stand in the order of the circular's addressees, never by rank."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apps.core.documents import blocks
from apps.coverage.papers import words
from apps.coverage.papers.reading import LeftOut, Reading
from apps.coverage.registry import Indicator
from apps.coverage.selectors import Measure, Part, Row
from apps.coverage.selectors.measures import signed

MOST_COLUMNS = 4  # indicators beside each other
MOST_REASONS = 60
MISSED = "△"

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """One table: its name, heads, rows, the sum below them, a remark; the first `texts` columns are words, the others figures."""

    name: str
    head: Cells
    rows: tuple[Cells, ...]
    total: Cells = ()
    note: str = ""
    texts: int = 1
    is_narrow: bool = False  # short cells in few columns


def of_measures(reading: Reading) -> Grid:
    """Every indicator of the node."""
    measures = reading.overview.measures
    judged = any(each.target is not None for each in measures)
    rows = tuple((each.indicator.label, *_numbers(reading, each, None, judged)) for each in measures)
    facts = any(each.indicator.done != "已覆盖" for each in measures)
    note = ("“还差”按单位数计。" if judged else "") + ("以报送单位为统计对象的，“已覆盖”指已完成。" if facts else "")
    return Grid(f"{reading.node}{reading.year}年各项指标", ("指标", *_number_heads(reading, "已覆盖", judged)), rows, note=note)


def of_units(reading: Reading, indicators: Sequence[Indicator], below: str) -> Iterator[Grid]:
    """Units × shares, a few indicators at a time."""
    by_key = {each.indicator.key: each for each in reading.overview.measures}
    for suffix, part in _beside(indicators):
        rows = tuple((reading.name(row), *(_marked(row.measures[each.key]) for each in part)) for row in reading.overview.rows)
        missed = f"标{MISSED}的未达到目标。" if any(MISSED in cell for row in rows for cell in row) else ""
        yield Grid(
            name=f"{reading.year}年各{below}覆盖率{suffix}",
            head=(below, *(each.label for each in part)),
            rows=rows,
            total=("合计", *(_marked(by_key[each.key]) for each in part)),
            note=missed + _elsewhere(reading, part),
            is_narrow=True,
        )


def of_facts(reading: Reading, indicators: Sequence[Indicator], below: str) -> Iterator[Grid]:
    """Units × what each has done."""
    by_key = {each.indicator.key: each for each in reading.overview.measures}
    for suffix, part in _beside(indicators):
        rows = tuple((reading.name(row), *(words.standing(row.measures[each.key]) for each in part)) for row in reading.overview.rows)
        done = (f"{by_key[each.key].ratio.covered}/{by_key[each.key].ratio.total}" for each in part)
        name, head = f"{reading.year}年各{below}有关工作完成情况{suffix}", (below, *(each.label for each in part))
        yield Grid(name, head, rows, total=(f"{part[0].done}/{words.due(part[0])}", *done), is_narrow=True)


def of_indicator(reading: Reading, measure: Measure, below: str) -> Grid:
    """One indicator at every unit, number by number."""
    indicator = measure.indicator
    judged = any(each.target is not None for each in (measure, *(row.measures[indicator.key] for row in reading.overview.rows)))
    rows = tuple((reading.name(row), *_numbers(reading, row.measures[indicator.key], row, judged)) for row in reading.overview.rows)
    return Grid(
        name=f"{reading.year}年各{below}{indicator.label}",
        head=(below, *_number_heads(reading, indicator.done, judged)),
        rows=rows,
        total=("合计", *_numbers(reading, measure, None, judged)),
        note=_elsewhere(reading, [indicator]),
    )


def of_groups(reading: Reading, measure: Measure) -> Grid:
    """By what the organizations are."""
    indicator, total = measure.indicator, measure.ratio.total
    rows = tuple((part.label, *_of_part(part)) for part in measure.parts if part.ratio.total)
    overlapping = sum(part.ratio.total for part in measure.parts) > total
    note = "同时属于几类的，分别计入。" if overlapping else ""
    name = f"{reading.node}{reading.year}年{indicator.label}（按类型）"
    return Grid(name, ("类型", words.due(indicator), indicator.done, "覆盖率"), rows, note=note)


def of_ways(reading: Reading, measure: Measure) -> Grid:
    """By what they are covered."""
    indicator = measure.indicator
    rows = tuple((part.label, str(part.ratio.covered), words.percent(part.ratio)) for part in measure.ways)
    overlapping = sum(part.ratio.covered for part in measure.ways) > measure.ratio.covered
    note = f"有几种形式的分别计入，各项之和大于{indicator.done}数。" if overlapping else ""
    name = f"{reading.node}{reading.year}年{indicator.label}（按形式）"
    return Grid(name, ("形式", indicator.done, f"占{words.due(indicator)}"), rows, note=note)


def of_left_out(reading: Reading, below: str) -> Grid:
    """Who is not counted: how many, and why."""
    shown, more = reading.left_out[:MOST_REASONS], len(reading.left_out) - MOST_REASONS
    rows = tuple(_reason(each, bool(reading.overview.rows)) for each in shown)
    head = ("指标", *([below] if reading.overview.rows else []), "数量", "原因")
    note = f"另有{more}项从略。" if more > 0 else ""
    return Grid(f"{reading.node}{reading.year}年不列入统计的单位", head, rows, note=note, texts=len(head))


def _reason(each: LeftOut, has_units: bool) -> Cells:
    return (each.indicator.label, *([each.unit] if has_units else []), f"{each.count}{each.indicator.counted}", each.reason)


def _beside(indicators: Sequence[Indicator]) -> Iterator[tuple[str, Sequence[Indicator]]]:
    """As few tables as are needed, of about the same width, and what tells their names apart."""
    tables = -(-len(indicators) // MOST_COLUMNS)
    ends = [len(indicators) * number // tables for number in range(1, tables + 1)]
    for number, (first, last) in enumerate(pairwise([0, *ends]), start=1):
        yield f"（{blocks.chinese(number)}）" if tables > 1 else "", indicators[first:last]


def _number_heads(reading: Reading, done: str, has_targets: bool) -> Cells:
    judged = ("目标", "与目标\n相比") if has_targets else ()
    compared = (f"{reading.year - 1}年", "增减\n（个百分点）") if reading.before else ()
    return (done.replace("已", "应", 1), done, "覆盖率", *judged, *compared)


def _numbers(reading: Reading, measure: Measure, row: Row | None, has_targets: bool) -> Cells:
    """What `_number_heads` names."""
    ratio = measure.ratio
    judged = (words.goal(measure.target), words.distance(measure)) if has_targets else ()
    own = (str(ratio.total), str(ratio.covered), words.standing(measure), *judged)
    if reading.before is None:
        return own
    then = reading.earlier(measure, row)
    return (
        *own,
        words.standing(then) if then else words.NONE,
        words.NONE if measure.is_fact else signed(words.points(measure, then)),
    )


def _marked(measure: Measure) -> str:
    return f"{words.percent(measure.ratio)}{MISSED if measure.target is not None and measure.gap else ''}"


def _of_part(part: Part) -> Cells:
    return str(part.ratio.total), str(part.ratio.covered), words.percent(part.ratio)


def _elsewhere(reading: Reading, indicators: Sequence[Indicator]) -> str:
    found = [(each, reading.overview.elsewhere(each.key)) for each in indicators]
    told = "、".join(f"{each.label}{count}{words.unit(each)}" for each, count in found if count)
    return f"现已划归其他单位的计入合计，不在表内：{told}。" if told else ""
