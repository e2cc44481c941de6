"""How a bulletin says a number."""

from decimal import Decimal

from apps.coverage.registry import Indicator
from apps.coverage.selectors import Measure, Ratio
from apps.coverage.selectors.measures import NONE

STEP = Decimal("0.1")


def percent(ratio: Ratio) -> str:
    return NONE if ratio.value is None else f"{ratio.value:.1%}"


def goal(target: Decimal | None) -> str:
    return NONE if target is None else f"{target.normalize():f}%"


def unit(indicator: Indicator) -> str:
    """The measure word that `counted` begins with: 个, 所."""
    return indicator.counted[:1]


def due(indicator: Indicator) -> str:
    """应覆盖 or 应完成."""
    return indicator.done.replace("已", "应", 1)


def points(now: Measure, then: Measure | None) -> Decimal | None:
    """By how many points the share rose since then."""
    return now.ratio.rise(then.ratio) if then else None


def distance(measure: Measure) -> str:
    """Compared with the target, in a cell."""
    if measure.target is None or not measure.ratio.total:
        return NONE
    return f"还差{measure.gap}" if measure.gap else "已达到"


def standing(measure: Measure) -> str:
    """A share in a cell; of what is itself counted, whether it is done."""
    return measure.word if measure.is_fact and measure.ratio.total else percent(measure.ratio)


def sentence(measure: Measure, then: Measure | None, year: int) -> str:
    """A measure in one sentence: figure, target, distance, and what became of it since the year before."""
    if not measure.ratio.total:
        return "没有应统计的单位。"
    if measure.is_fact:
        short = "，距目标还差这一项" if measure.gap else ""
        changed = f"；{year - 1}年{then.word}" if then and then.word != measure.word else ""
        return f"{measure.word}{short}{changed}。"
    indicator, ratio = measure.indicator, measure.ratio
    counted = f"{due(indicator)}{ratio.total}{indicator.counted}，{indicator.done}{ratio.covered}{unit(indicator)}，占{percent(ratio)}"
    return "；".join([counted, _against_target(measure), *_since(points(measure, then), year)]) + "。"


def _against_target(measure: Measure) -> str:
    reached = measure.ratio.percent
    if measure.target is None or reached is None:
        return "本年度没有设定目标"
    off = abs(reached - measure.target).quantize(STEP)
    target = f"目标为{goal(measure.target)}"
    if not measure.gap:
        return f"{target}，已达到" + (f"，高{off}个百分点" if off else "")
    return f"{target}，" + (f"低{off}个百分点，" if off else "") + f"还差{measure.gap}{unit(measure.indicator)}"


def _since(rise: Decimal | None, year: int) -> list[str]:
    if rise is None:
        return []
    if not rise:
        return [f"与{year - 1}年持平"]
    return [f"比{year - 1}年{'提高' if rise > 0 else '下降'}{abs(rise)}个百分点"]
