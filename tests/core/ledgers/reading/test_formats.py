"""Good files of each format give the same rows."""

from datetime import date

import pytest

from tests.core.ledgers.reading.files import TITLES, opened, rows_of, xlsx

ROWS = [["实验小学", "新嘉街道", 2026, date(2020, 9, 1)], ["辅成小学", "", 2026, None]]
READ = [(2, ["实验小学", "新嘉街道", 2026, date(2020, 9, 1)]), (3, ["辅成小学", None, 2026, None])]


def test_xlsx_is_read(tmp_path):
    table, rows = opened(xlsx(tmp_path / "名单.xlsx", [TITLES, *ROWS]))
    assert rows == READ
    assert (table.sheet, table.heading, table.absent, table.unknown, table.notes) == ("台账", 1, (), (), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_any_encoding_with_any_delimiter(tmp_path, encoding, delimiter):
    path = tmp_path / "名单.csv"
    lines = [TITLES, ["实验小学", "新嘉街道", "2026", "2020-09-01"], ["辅成小学", "", "2026", ""]]
    path.write_text("\r\n".join(delimiter.join(line) for line in lines), encoding=encoding)
    assert rows_of(path) == [(2, ["实验小学", "新嘉街道", "2026", "2020-09-01"]), (3, ["辅成小学", None, "2026", None])]
