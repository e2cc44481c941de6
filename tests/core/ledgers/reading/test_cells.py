"""What a cell holds comes as it stands; what cannot be taken is a fault with a sentence."""

from datetime import date, datetime, time, timedelta

import xlsxwriter
import xlwt

from apps.core.ledgers.parsing.cells import CONTROLS, DURATION, FORMULA, LONG, NUMBER
from apps.core.ledgers.reading import Fault, Head
from tests.core.ledgers.reading.files import MAIN, TITLES, by_hand, headings, inline, opened, refusal, rows_of, xlsx

NAME, OTHER = Head("名称", required=True), Head("值")


def sheet_of(path, *values):
    """A workbook of rows that hold a name and one of these values."""
    return xlsx(path / "名单.xlsx", [["名称", "值"], *[[f"行{number}", value] for number, value in enumerate(values)]])


def values_of(path, *values):
    return [cells[1] for _, cells in rows_of(sheet_of(path, *values), (NAME, OTHER))]


def test_values_keep_their_kinds(tmp_path):
    values = ["文字", 3, 3.5, True, False, 0, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4), "", "１２　３", "=1+1", "'=1", 1e20]  # noqa: DTZ001
    read = values_of(tmp_path, *values)
    assert read == [None if value == "" else value for value in values]
    assert [type(value) for value in read[1:7]] == [int, float, bool, bool, int, date]


def test_columns_of_one_kind_keep_it(tmp_path):
    """They are sent as one; a gap in them is none."""
    values = [3, 3.5, True, date(2026, 1, 2), "文字"]
    heads = [Head(str(number)) for number in range(len(values))]
    path = xlsx(tmp_path / "名单.xlsx", [[head.name for head in heads], values, ["", *values[1:]], [values[0]]])
    rows = rows_of(path, heads)
    assert rows == [(2, values), (3, [None, *values[1:]]), (4, [3, None, None, None, None])]
    assert [type(value) for value in rows[0][1]] == [int, float, bool, date, str]


def test_durations_are_faults(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "名单.xlsx")
    page = book.add_worksheet()
    page.write_row(0, 0, ["名称", "值"])
    page.write_row(1, 0, ["行0"])
    page.write_datetime(1, 1, time(3, 4), book.add_format({"num_format": "hh:mm"}))
    page.write_row(2, 0, ["行1"])
    page.write_datetime(2, 1, timedelta(hours=30), book.add_format({"num_format": "[h]:mm"}))
    book.close()
    assert [cells[1] for _, cells in rows_of(tmp_path / "名单.xlsx", (NAME, OTHER))] == [
        Fault("03:04:00", DURATION),
        Fault("1 day, 6:00:00", DURATION),
    ]


def test_texts_that_are_too_long_are_faults(tmp_path):
    path = by_hand(tmp_path / "名单.xlsx", headings() + f'<row r="2">{inline("A2", "长" * 32_768)}{inline("B2", "长" * 32_767)}</row>')
    assert rows_of(path) == [(2, [Fault("长" * 50 + "…", LONG), "长" * 32_767, None, None])]


def test_control_characters_are_faults(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text("学校名称,年份,镇街\n实验\x00小学,20\x0826,一\t二\n", encoding="utf-8")
    assert rows_of(path) == [(2, [Fault("实验\ufffd小学", CONTROLS), "一\t二", Fault("20\ufffd26", CONTROLS), None])]


def test_numbers_that_are_none_are_faults(tmp_path):
    numbers = {2: "1e999", 3: "NaN"}
    rows = "".join(f'<row r="{row}">{inline(f"A{row}", "小学")}<c r="C{row}"><v>{text}</v></c></row>' for row, text in numbers.items())
    values = [cells[2] for _, cells in rows_of(by_hand(tmp_path / "名单.xlsx", headings() + rows))]
    assert values == [Fault("inf", NUMBER), Fault("nan", NUMBER)]


def test_the_apostrophe_of_our_own_csv_is_taken_away_again(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text("学校名称,年份,镇街\n'=1+1,'-1,'文字\n' =1,'@x,'\n", encoding="utf-8")
    assert rows_of(path) == [(2, ["=1+1", "'文字", "-1", None]), (3, [" =1", "'", "@x", None])]


def test_a_quote_without_its_end_is_refused(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text('学校名称,年份\n实验小学,2026\n"辅成小学,2026\n' + "南湖小学,2026\n" * 20_000, encoding="utf-8")
    assert refusal(path) == "第 3 行有一个单元格太长，可能是引号没有成对。请改正后重新上传。"


def with_formulas(path, rows):
    """A workbook in which a value that begins with = is a formula; beside it stands what it gave when it was saved."""
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("台账")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, tuple):
                page.write_formula(number + 2, column + 1, value[0], None, value[1])
            else:
                page.write(number + 2, column + 1, value)
    book.close()
    return path


def test_formulas_and_errors_are_faults_where_they_stand(tmp_path):
    computed, wrong = ["辅成小学", ("=A1", "新嘉街道"), ("=1+1", 2)], ["南湖小学", ("=NA()", "#N/A"), ("=1/0", "#DIV/0!")]
    rows = [TITLES, ["实验小学", "", 2026], computed, wrong]
    errors = [Fault(error, f"这里是错误值 {error}，请改正后重新上传。") for error in ("#N/A", "#DIV/0!")]
    assert rows_of(with_formulas(tmp_path / "名单.xlsx", rows)) == [
        (4, ["实验小学", None, 2026, None]),
        (5, ["辅成小学", Fault("新嘉街道", FORMULA), Fault("2.0", FORMULA), None]),
        (6, ["南湖小学", *errors, None]),
    ]


def test_formulas_in_columns_that_nobody_asked_for_do_no_harm(tmp_path):
    rows = [["学校名称", "总数", "年份"], ["实验小学", ("=1+1", 2), 2026]]
    assert rows_of(with_formulas(tmp_path / "名单.xlsx", rows)) == [(4, ["实验小学", None, 2026, None])]


FORMULAS = (
    '<c r="C2"><f t="shared" si="0"/><v>1</v></c>',
    '<c r="C3"><f t="array" ref="C3:C4">1</f><v>1</v></c>',
    '<c r="C4"><v>2</v></c>',
    f'<x:c xmlns:x="{MAIN}" r="C5"><x:f>1</x:f><x:v>1</x:v></x:c>',
    '<c r="C6"><f>1</f></c>',
    '<c r="C7"><v>3</v></c>',
)


def test_formulas_are_found_however_they_are_written(tmp_path):
    rows = "".join(f'<row r="{row}">{inline(f"A{row}", "小学")}{cell}</row>' for row, cell in enumerate(FORMULAS, 2))
    values = [cells[2] for _, cells in rows_of(by_hand(tmp_path / "名单.xlsx", headings() + rows))]
    assert values == [*[Fault(text, FORMULA) for text in ("1.0", "1.0", "2.0", "1.0", "")], 3]


def test_formulas_of_which_nothing_says_where_they_stand_are_refused(tmp_path):
    path = by_hand(tmp_path / "名单.xlsx", headings() + "<row><c><f>1</f><v>1</v></c></row>")
    assert refusal(path).startswith("的工作表“台账”有公式，但没有写明它们的位置。请用 Excel 或 WPS 打开")


def merged(path):
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("台账")
    page.merge_range(0, 0, 0, 4, "统计表")
    page.write_row(1, 1, TITLES)
    for number, name in enumerate(["甲", "乙", "丙", "丁"], 2):
        page.write_row(number, 1, [name, "", 2026])
    page.merge_range(2, 2, 4, 2, "新嘉街道")
    page.write(5, 2, "解放街道")
    book.close()
    return path


def test_a_merged_cell_gives_its_value_to_every_row(tmp_path):
    table, rows = opened(merged(tmp_path / "名单.xlsx"))
    assert [cells[:2] for _, cells in rows] == [["甲", "新嘉街道"], ["乙", "新嘉街道"], ["丙", "新嘉街道"], ["丁", "解放街道"]]
    assert table.notes == ("合并的单元格已把值填到每一行：镇街。",)


def test_a_merged_cell_of_an_xls_as_well(tmp_path):
    book = xlwt.Workbook()
    page = book.add_sheet("台账")
    for column, title in enumerate(TITLES):
        page.write(0, column, title)
    for number, name in enumerate(["甲", "乙"], 1):
        page.write(number, 0, name)
        page.write(number, 2, 2026)
    page.write_merge(1, 2, 1, 1, "新嘉街道")
    book.save(str(tmp_path / "名单.xls"))
    assert [cells[:2] for _, cells in rows_of(tmp_path / "名单.xls")] == [["甲", "新嘉街道"], ["乙", "新嘉街道"]]


def test_long_texts_are_sent_in_several_answers(tmp_path):
    path = tmp_path / "名单.csv"
    lines = [f"学校{number},2026,{'长' * 30_000}" for number in range(30)]
    path.write_text("\n".join(["学校名称,年份,镇街", *lines]), encoding="utf-8")
    assert [cells[0] for _, cells in rows_of(path)] == [f"学校{number}" for number in range(30)]
