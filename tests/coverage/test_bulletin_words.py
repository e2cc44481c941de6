"""How a bulletin says a number."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.coverage.papers import words
from apps.coverage.selectors import Measure, Ratio
from apps.coverage.selectors.measures import signed
from apps.organizations.enums import Kind


def measure(covered: int, total: int, target: str | None = None) -> Measure:
    indicator = SimpleNamespace(done="已覆盖", undone="未覆盖", counted="所学校", level=Kind.SCHOOL)
    return SimpleNamespace(
        indicator=indicator,
        ratio=Ratio(covered, total),
        target=None if target is None else Decimal(target),
        gap=Ratio(covered, total).gap(None if target is None else Decimal(target)),
        is_fact=False,
    )


@pytest.mark.parametrize(
    ("covered", "total", "target", "text"),
    [
        (962, 1202, "80", "应覆盖1202所学校，已覆盖962所，占80.0%；目标为80%，已达到。"),
        (961, 1202, "80", "应覆盖1202所学校，已覆盖961所，占80.0%；目标为80%，还差1所。"),  # 79.95 is printed as 80.0
        (3, 4, "80", "应覆盖4所学校，已覆盖3所，占75.0%；目标为80%，低5.0个百分点，还差1所。"),
        (4, 4, "33.33", "应覆盖4所学校，已覆盖4所，占100.0%；目标为33.33%，已达到，高66.7个百分点。"),
        (3, 4, None, "应覆盖4所学校，已覆盖3所，占75.0%；本年度没有设定目标。"),
        (0, 0, "80", "没有应统计的单位。"),
    ],
)
def test_a_measure_is_said_in_one_sentence(covered, total, target, text):
    assert words.sentence(measure(covered, total, target), None, 2013) == text


@pytest.mark.parametrize(
    ("then", "text"), [((1, 4), "比2012年提高50.0个百分点"), ((3, 3), "比2012年下降25.0个百分点"), ((3, 4), "与2012年持平")]
)
def test_the_change_is_said_in_points(then, text):
    assert words.sentence(measure(3, 4), measure(*then), 2013).endswith(f"；{text}。")


@given(st.tuples(*[st.integers(1, 5000)] * 2), st.tuples(*[st.integers(0, 5000)] * 2))
def test_printed_shares_differ_by_what_is_printed(totals, counts):
    ours, theirs = (measure(min(covered, total), total) for covered, total in zip(counts, totals, strict=True))
    difference = Decimal(words.percent(ours.ratio)[:-1]) - Decimal(words.percent(theirs.ratio)[:-1])
    said = signed(words.points(ours, theirs))
    assert (Decimal(0) if said == "持平" else Decimal(said.replace("−", "-"))) == difference
