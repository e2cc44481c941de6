"""What stands in one cell: what is understood, what is named, and that a value comes back as it left."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.ledgers.cells import Choice, Choices, Day, Name, Number, Whole, YesNo
from apps.organizations.enums import PlaceArea, UnitKind

KIND, KINDS, AREA = Choice(UnitKind), Choices(UnitKind), Number(places=1)
DAY = date(2012, 4, 10)


@pytest.mark.parametrize(
    ("cell", "written", "meant"),
    [
        (Name(), " 凤桥镇　中心 小学 ", "凤桥镇中心小学"),
        (Name(), "第２中队（Ａ）", "第2中队（A）"),
        (Name(), 402.0, "402"),
        (Whole(), "２４", 24),
        (Whole(), " 1,280 ", 1280),
        (Whole(), "24.0", 24),
        (Whole(), 24.0, 24),
        (AREA, "４０．５", Decimal("40.5")),
        (AREA, 40, Decimal("40.0")),
        (Day(), "2012年4月10日", DAY),
        (Day(), "2012.4.10", DAY),
        (Day(), "２０１２－０４－１０", DAY),
        (Day(), "2012/4/10 0:00", DAY),
        (Day(), 20120410, DAY),
        (Day(), datetime(2012, 4, 10), DAY),  # noqa: DTZ001  as a workbook has it
        (KIND, "中 队", "squad"),
        (KINDS, "中队，大队", ("brigade", "squad")),
        (KINDS, "大队、中队；大队", ("brigade", "squad")),
        (YesNo(), "√", True),
        (YesNo(), "ＮＯ", False),
        (YesNo(), 0, False),
    ],
)
def test_untidy_cells_are_understood(cell, written, meant):
    assert cell.clean(written) == meant


@pytest.mark.parametrize(
    ("cell", "written", "sentence"),
    [
        (Name(), DAY, "这里应是文字，请核对。"),
        (Whole(), "约30", "“约30”不是整数，请只填数字。"),
        (Whole(), "3.5", "“3.5”带有小数，这里应是整数。"),
        (Whole(), -3, "不能是负数，请核对。"),
        (Whole(), True, "这里应是整数，请核对。"),
        (Whole(), "9" * 15, "数字过大，请核对。"),
        (Whole(), "1e1000000", "“1e1000000”不是整数，请只填数字。"),
        (AREA, "1e1000000", "“1e1000000”不是数字，请只填数字。"),
        (AREA, "40.25", "“40.25”的小数超过 1 位，请核对。"),
        (Day(), "12.4.10", "“12.4.10”不是完整的日期，请写成 2012-04-10。"),
        (Day(), "4/10/2012", "“4/10/2012”不是完整的日期，请写成 2012-04-10。"),
        (Day(), 41009, "“41009”不是完整的日期，请写成 2012-04-10。"),
        (Day(), "2012-02-30", "没有“2012-02-30”这一天，请核对。"),
        (Day(), datetime(2012, 4, 10, 8, 30), "这里带有时间，请只填日期，如 2012-04-10。"),  # noqa: DTZ001
        (KIND, "小队", "“小队”不在可选范围内，请填大队、中队、雏鹰假日小队、社区少工委、镇（街道）少工委。"),
        (YesNo(), "待定", "“待定”不明确，请填“是”或“否”。"),
    ],
)
def test_what_has_two_readings_is_named(cell, written, sentence):
    with pytest.raises(ValueError, match=r".") as error:
        cell.clean(written)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        (Whole(), st.integers(0, 2_147_483_647)),
        (AREA, st.decimals(0, 99999, places=1)),
        (Day(), st.dates(date(1000, 1, 1))),
        (Choice(PlaceArea), st.sampled_from(PlaceArea.values)),
        (KINDS, st.sets(st.sampled_from(UnitKind.values)).map(KINDS.ordered)),
        (YesNo(), st.booleans()),
    ],
)
def test_what_left_is_understood_as_the_same(cell, values):
    @given(values)
    def comes_back(value):
        written = cell.render(value)
        assert (cell.empty if written is None else cell.clean(written)) == value
        assert (cell.empty if written is None else cell.clean(str(written))) == value  # as csv has it

    comes_back()
