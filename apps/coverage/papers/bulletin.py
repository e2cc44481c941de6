"""What the bulletin says, part by part. Schools and places are numbers in it, never names, and nobody is ranked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings

from apps.core.documents import blocks
from apps.coverage.papers import bars, tables, words
from apps.coverage.papers.bars import Chart
from apps.coverage.papers.reading import Reading
from apps.coverage.papers.tables import Grid
from apps.coverage.registry import Indicator
from apps.coverage.selectors import Measure
from apps.organizations.enums import Kind

CIRCULAR = "《关于深化嘉兴市统筹城乡队建工作的意见》（以下简称《意见》）"
SUBJECT = "少先队组织和队室覆盖等情况"
# To whom: the circular's own addressees; below the city, whoever stands below.
TO = {
    Kind.CITY: (
        "各县（市、区）团委、教育（文体）局、少工委，嘉兴经济技术开发区团工委、社发局，嘉兴港区团工委、社发局、少工委，市教育局团委"
    ),
    Kind.COUNTY: "各镇（街道）、学校少先队组织",
    Kind.TOWN: "各学校、村（社区）少先队组织",
}
TO_SCHOOLS = "各学校少先队组织"  # of a unit without towns
UNDATED = "\u3000\u3000年\u3000月\u3000日"


@dataclass(frozen=True)
class Item:
    """A paragraph with its own heading in front."""

    head: str
    text: str


@dataclass(frozen=True)
class Part:
    """A numbered heading and what stands below it, in this order."""

    heading: str
    lead: str = ""
    items: Sequence[Item] = ()
    charts: Sequence[Chart] = ()
    grids: Sequence[Grid] = ()
    parts: Sequence["Part"] = ()


@dataclass(frozen=True)
class Bulletin:
    lines: tuple[str, ...]  # of the title
    to: str
    opening: str
    parts: Sequence[Part]
    definitions: Sequence[Item]
    signed_by: str
    is_demo: bool
    attached: str = "统计口径"
    status: str = "草稿"
    day: str = UNDATED

    @property
    def title(self) -> str:
        return "".join(self.lines)


def written(reading: Reading) -> Bulletin:
    node = reading.overview.node
    told = [_whole, _units, _single, _missing, _left_out, _remarks]
    parts = [part for tell in told for part in tell(reading)]
    numbered = (replace(each, heading=f"{blocks.label(1, n)}{each.heading}") for n, each in enumerate(parts, start=1))
    return Bulletin(
        lines=(f"关于{reading.node}{reading.year}年度", f"{SUBJECT}的通报"),
        to=TO_SCHOOLS if node.kind == Kind.COUNTY and not reading.overview.rows else TO[Kind(node.kind)],
        opening=_opening(reading),
        parts=tuple(numbered),
        definitions=_numbered((each.indicator.label, _definition(reading, each.indicator)) for each in reading.overview.measures),
        signed_by=node.office.replace(node.name, reading.node),  # by the name of that time
        is_demo=settings.DEMO,
    )


def below(reading: Reading) -> str:
    """What the units are called."""
    return reading.overview.below


def _opening(reading: Reading) -> str:
    year = reading.overview.year
    until = year.computed_on or date(year.pk, 12, 31)
    day = f"{until.year}年{until.month}月{until.day}日"
    if year.is_closed:
        when = f"统计截止日为{day}，年度已关闭，数字不再变动。"
    elif until == date(year.pk, 12, 31):
        when = f"统计截止日为{day}，年度尚未关闭，以关闭后的数字为准。"
    else:
        when = f"统计截至{day}，年度尚未结束，数字随登记和确认变动。"
    return f"为推动{CIRCULAR}提出的目标任务落到实处，现将{reading.node}{reading.year}年{SUBJECT}通报如下。{when}"


def _whole(reading: Reading) -> Iterator[Part]:
    measures = reading.overview.measures
    said = ((each.indicator.label, words.sentence(each, reading.earlier(each), reading.year)) for each in measures)
    yield Part("总体情况", items=_numbered(said), grids=[tables.of_measures(reading)])


def _units(reading: Reading) -> Iterator[Part]:
    shares, facts = _by_unit(reading)
    if not shares and not facts:
        return
    order = "按《意见》主送单位的次序" if reading.overview.node.kind == Kind.CITY else "按行政区划的次序"
    name = below(reading)
    grids = [*tables.of_units(reading, shares, name), *tables.of_facts(reading, facts, name)]
    yield Part(f"各{name}情况", lead=f"各{name}{order}排列，不分名次。", grids=grids)


def _single(reading: Reading) -> Iterator[Part]:
    """Each indicator by itself: its units, its groups, its ways."""
    shares, _ = _by_unit(reading)
    parts: list[Part] = []
    for measure in reading.overview.measures:
        indicator, charts, grids = measure.indicator, [], []
        if indicator in shares:
            charts = list(bars.charts(reading, indicator, f"{reading.year}年各{below(reading)}{indicator.label}"))
            grids.append(tables.of_indicator(reading, measure, below(reading)))
        if measure.ratio.total and measure.parts:
            grids.append(tables.of_groups(reading, measure))
        if measure.ratio.total and measure.ways:
            grids.append(tables.of_ways(reading, measure))
        if grids:
            parts.append(Part(f"{blocks.label(2, len(parts) + 1)}{indicator.label}", charts=charts, grids=grids))
    if parts:
        yield Part("分项情况", parts=parts)


def _missing(reading: Reading) -> Iterator[Part]:
    """Which units are short of their target, and by how much."""
    if reading.overview.rows:
        said = [(each.indicator.label, text) for each in reading.overview.measures if (text := _short(reading, each))]
        if said:
            yield Part("未达到目标的单位", items=_numbered(said))


def _short(reading: Reading, measure: Measure) -> str:
    """Empty where no unit has a target."""
    indicator = measure.indicator
    judged = [(row, row.measures[indicator.key]) for row in reading.overview.rows]
    judged = [(row, each) for row, each in judged if each.ratio.total and each.target is not None]
    if not judged:
        return ""
    behind = [
        reading.name(row) if each.is_fact else f"{reading.name(row)}（还差{each.gap}{words.unit(indicator)}）"
        for row, each in judged
        if each.gap
    ]
    if not behind:
        return f"各{below(reading)}均{indicator.done if judged[0][1].is_fact else '已达到目标'}。"
    names = "、".join(behind)
    if judged[0][1].is_fact:
        return f"{indicator.undone}的有{names}。"
    return f"未达到目标的有{names}。" + (f"合计还差{measure.gap}{words.unit(indicator)}。" if measure.gap else "合计已达到目标。")


def _left_out(reading: Reading) -> Iterator[Part]:
    if reading.left_out:
        yield Part("不列入统计的单位", grids=[tables.of_left_out(reading, below(reading))])
    else:
        yield Part("不列入统计的单位", lead="本年度没有不列入统计的单位。")


def _remarks(reading: Reading) -> Iterator[Part]:
    """What somebody who compares numbers should know; nothing where there is nothing."""
    labels = {each.indicator.key: each.indicator.label for each in reading.overview.measures}
    said = []
    corrected = [f"{label}{reading.corrected[key]}处" for key, label in labels.items() if reading.corrected.get(key)]
    if corrected:
        said.append(("更正", f"年度关闭后，经核实更正{'、'.join(corrected)}，本通报为更正后的数字。"))
    changed = [each.indicator.label for each in reading.overview.measures if reading.before and not reading.is_comparable(each.indicator)]
    if changed:
        said.append(("口径", f"{'、'.join(changed)}的统计口径与{reading.year - 1}年不同，不作比较。"))
    if said:
        yield Part("有关说明", items=_numbered(said))


def _by_unit(reading: Reading) -> tuple[list[Indicator], list[Indicator]]:
    """The indicators that the units have a share of, and those that the units themselves fulfil."""
    shares: list[Indicator] = []
    facts: list[Indicator] = []
    for indicator in (each.indicator for each in reading.overview.measures):
        counted = [row.measures[indicator.key] for row in reading.overview.rows if row.measures[indicator.key].ratio.total]
        if counted:
            (facts if any(each.is_fact for each in counted) else shares).append(indicator)
    return shares, facts


def _definition(reading: Reading, indicator: Indicator) -> str:
    """What counted in that year, and since when where it was not always so."""
    rule = indicator.rule(reading.overview.year.computed_on or date(reading.year, 12, 31))
    since = f"本口径自{rule.since.year}年{rule.since.month}月{rule.since.day}日起执行。" if len(indicator.rules) > 1 else ""
    return f"{rule.definition}{since}"


def _numbered(said: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> list[Item]:
    return [Item(f"{blocks.label(2, n)}{head}。", text) for n, (head, text) in enumerate(said, start=1)]
