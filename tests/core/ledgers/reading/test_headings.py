"""The headings are found under titles, shifted and reordered, with stars and units; what is missing or doubled is named."""

import pytest

from apps.core.ledgers.parsing.headings import Wanted, find, plain
from apps.core.ledgers.reading import Head
from tests.core.ledgers.reading.files import HEADS, ROW, TITLES, opened, refusal, rows_of, xlsx

WANTED = [Wanted(names=[head.name, *head.aliases], required=head.required) for head in HEADS]


@pytest.mark.parametrize(
    "heading", ["学校名称", " 学校 名称\n", "*学校名称", "学校名称（必填）", "学校名称(必填)*", "※ 学校名称（选填）", "学校名称"]
)
def test_headings_differ_from_hand_to_hand(heading):
    assert plain(heading) == "学校名称"


def places(*rows: list) -> tuple[int, dict[int, int]] | None:
    found = find(rows, WANTED)
    return found and (found.heading, found.columns)


def test_headings_are_found_under_titles_and_shifted():
    assert places(["××区学校情况统计表"], ["填表人：王", "", "2026"], ["", "序号", *TITLES], ["", 1, *ROW]) == (3, {0: 2, 1: 3, 2: 4, 3: 5})


def test_headings_may_stand_in_any_order():
    assert places(["年份", "学校名称"]) == (1, {0: 1, 2: 0})


def test_units_and_hints_are_ignored():
    assert places(["学校名称（公办/民办）", "年份(年)", "成立日期（单位：天）"]) == (1, {0: 0, 2: 1, 3: 2})


def test_what_stands_in_brackets_and_is_no_unit_tells_columns_apart():
    assert places(["学校名称", "年份（农历）"]) == (1, {0: 0})


def test_an_exact_heading_comes_before_one_with_a_unit():
    assert places(["年份（年）", "年份"]) == (1, {2: 1})


def test_a_name_comes_before_an_alias():
    assert places(["学校", "学校名称", "年份"]) == (1, {0: 1, 2: 2})


def test_the_second_of_two_merged_rows_names_the_columns():
    assert places(["学校情况", "", "年份", "成立日期"], ["学校名称", "镇街", "", ""], ROW) == (2, {0: 0, 1: 1, 2: 2, 3: 3})


def test_a_row_of_data_is_no_second_row():
    assert places(TITLES, ["", "", 2026, ""]) == (1, {0: 0, 1: 1, 2: 2, 3: 3})


def test_headings_further_down_than_twenty_rows_are_not_found():
    assert places(*[["说明"]] * 20, TITLES) is None
    assert places(*[["说明"]] * 19, TITLES) == (20, {0: 0, 1: 1, 2: 2, 3: 3})


def test_titles_above_sums_and_remarks_below_are_left_out(tmp_path):
    lines = [["××区学校情况统计表"], ["填表人：王"], TITLES, ROW, [], ["  "], ["", "小 计", 1], ["辅成小学", "", 2026], ["合计", "", 2]]
    table, rows = opened(xlsx(tmp_path / "名单.xlsx", [*lines, ["填表人：王", "日期：2026-01-02"], ["注：以上为全部学校"]]))
    assert table.heading == 3
    assert rows == [(4, [*ROW, None]), (8, ["辅成小学", None, 2026, None])]
    assert table.notes == ("跳过了 2 行合计。", "跳过了 2 行填表说明。")


def test_rows_that_are_only_numbered_are_empty(tmp_path):
    """As in a form whose lines are numbered beforehand, with formulas that give nothing, and its headings on every printed page."""
    heads = ["序号", *TITLES]
    table, rows = opened(xlsx(tmp_path / "名单.xlsx", [heads, [1, *ROW], [2], [3, "", "  "], heads, [4, "总计", "", 9], [5, *ROW]]))
    assert [number for number, _ in rows] == [2, 7]
    assert table.notes == ("跳过了 1 行合计。", "跳过了 1 行重复的标题。")


def test_a_school_whose_name_begins_like_a_sum_is_kept(tmp_path):
    names = ["合计划小学", "小计算家小学", "联系路小学"]
    assert [cells[0] for _, cells in rows_of(xlsx(tmp_path / "名单.xlsx", [TITLES, *[[name, "", 2026] for name in names]]))] == names


def test_what_is_absent_unknown_and_renamed_is_told(tmp_path):
    table, rows = opened(xlsx(tmp_path / "名单.xlsx", [["校名", "电话", "年份", "备注"], ["实验小学", "1", 2026, "2"]]))
    assert rows == [(2, ["实验小学", None, 2026, None])]
    assert (table.absent, table.unknown) == (("镇街", "成立日期"), ("电话", "备注"))
    assert table.notes == ("“校名”一列按“学校名称”读取。",)


def test_missing_columns_are_named_with_what_there_is(tmp_path):
    path = xlsx(tmp_path / "名单.xlsx", [["统计表"], ["镇街", "学校地址"], ["新嘉街道", "1"]])
    assert refusal(path) == "的工作表“台账”缺少这些列：“学校名称”“年份”。第 2 行现有：“镇街”“学校地址”。请补上标题后重新上传。"


def test_a_csv_with_missing_columns_is_refused_alike(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text("年份,镇街\n2026,新嘉街道", encoding="utf-8")
    assert refusal(path) == "缺少这些列：“学校名称”。第 1 行现有：“年份”“镇街”。请补上标题后重新上传。"


def test_no_headings_at_all_are_refused(tmp_path):
    path = xlsx(tmp_path / "名单.xlsx", [["统计表"], ["1", "2"]])
    sentence = "没有找到标题行。应当有这些列：“学校名称”“镇街”“年份”“成立日期”。请用本页的模板填写。"
    assert refusal(path) == f"的工作表“台账”{sentence}"
    assert refusal(xlsx(path, [], 乙=[["1"]])) == f"的工作表{sentence}"


def test_doubled_columns_are_refused(tmp_path):
    path = xlsx(tmp_path / "名单.xlsx", [[*TITLES, "年份*"], ROW])
    assert refusal(path) == "的工作表“台账”有重复的列：“年份”。请只保留一列后重新上传。"


def test_headings_alone_are_refused(tmp_path):
    path = xlsx(tmp_path / "名单.xlsx", [TITLES, ["合计"]])
    assert refusal(path) == "只有标题行，没有数据行。请在第 2 行起填写后重新上传。"


def test_the_sheet_that_has_the_columns_is_read(tmp_path):
    sheets = {"填写说明": [TITLES, ["说明里的例子", "", 1]], "统计": [["镇街"], ["x"]], "学校": [TITLES, ROW], "另一张": [TITLES, ROW]}
    table, rows = opened(xlsx(tmp_path / "名单.xlsx", [["统计表"]], **sheets))
    assert (table.sheet, rows) == ("学校", [(2, [*ROW, None])])
    assert table.notes == ("另有 3 个工作表没有读取：台账、统计、另一张。",)


def test_the_sheet_that_has_most_columns_is_told_of(tmp_path):
    path = xlsx(tmp_path / "名单.xlsx", [["统计表"]], 甲=[["镇街", "年份"], [1, 2]], 乙=[["镇街"], [1]])
    assert refusal(path).startswith("的工作表“甲”缺少这些列：“学校名称”。")


def test_many_unknown_columns_are_not_all_listed(tmp_path):
    path = xlsx(tmp_path / "名单.xlsx", [["镇街", *[f"栏{number}" for number in range(30)]]])
    assert "“栏18”等 31 列。" in refusal(path, (Head("学校名称", required=True), Head("镇街")))
