"""Hostile files are refused within the limits, and the process that reads them can do nothing else."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from apps.core.ledgers.reading import MAX_COLUMNS, MAX_ROWS, Unreadable, read
from apps.core.ledgers.reading.running import BROKEN, CHILD, ENDS, ROOT, TOO_BIG, TOO_SLOW, Reader
from apps.core.ledgers.reading.tables import _block
from tests.core.ledgers.reading.files import (
    HEADS,
    MAIN,
    PARTS,
    RELATIONS,
    ROW,
    SHEET,
    TITLES,
    archive,
    by_hand,
    headings,
    inline,
    ods,
    refusal,
    rows_of,
    xlsx,
)

MB = 1 << 20
ENTITIES = "含有不允许的内容（XML 实体），不能读取。请把内容复制到新的工作簿，保存为 xlsx 后重新上传。"
UNPACKED = "解压后超过 160 MB，可能含有大量带格式的空白单元格。请把要导入的内容复制到新的工作簿后重新上传。"
HOLLOW = "几乎都是重复的空白，压缩前后相差过大。请把要导入的内容复制到新的工作簿后重新上传。"
DAMAGED = "不完整或已损坏，可能没有传完。请用 Excel 或 WPS 打开，另存为 xlsx 后重新上传。"


MEASURING = """
import json, resource, subprocess, sys
run = subprocess.run([sys.executable, "-I", "-X", "utf8", "-c", *sys.argv[1:3]], input=sys.argv[3].encode(), capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([run.stdout[4:].decode(), run.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def measured(path: Path) -> tuple[str, float, float]:
    """How reading ends when nobody helps the process, and what that cost: seconds of a processor, megabytes.

    Measured by a small process: what this one takes would count as the most that its child ever had.
    """
    question = json.dumps({"path": str(path), "heads": [{"names": ["学校名称"], "required": True}]})
    done = subprocess.run([sys.executable, "-c", MEASURING, CHILD, str(ROOT), question], stdout=subprocess.PIPE, check=True)
    said, status, seconds, megabytes = json.loads(done.stdout)
    return json.loads(said)["refused"] if said else ENDS[-status], seconds, megabytes


def far(path):
    return by_hand(path, headings() + f'<row r="1048576">{inline("XFD1048576", "x")}</row>')


def far_without_warning(path):
    """The cell says where it stands in a way that is not looked for; the parser asks for terabytes."""
    return by_hand(path, headings() + '<row r="2"><c t="inlineStr" r=\'XFD1048576\'><is><t>x</t></is></c></row>')


def wide(path):
    return by_hand(path, headings() + "".join(f'<row r="{row}">{inline(f"GR{row}", "x")}</row>' for row in (2, MAX_ROWS)))


def one_text_in_every_cell(path):
    """Many cells that all hold the longest text there may be, which is stored once."""
    strings = f'<sst xmlns="{MAIN}"><si><t>{"x" * 32_767}</t></si></sst>'
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, 10_000))
    relation = PARTS[RELATIONS].replace("worksheet", "sharedStrings").replace("sheet1", "../sharedStrings").replace("rId1", "rId2")
    relations = PARTS[RELATIONS].replace("</Relationships>", relation[relation.index("<Relationship\n") :])
    return by_hand(path, headings() + cells, **{"xl/sharedStrings.xml": strings, RELATIONS: relations})


def repeated(path):
    """An OpenDocument table with one cell that is said to be there sixteen milliard times."""
    cell = '<table:table-cell table:number-columns-repeated="16000" office:value-type="string"><text:p>x</text:p></table:table-cell>'
    return ods(path, [TITLES, ROW], after=f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>')


def blown_up(path):
    """Thirty megabytes of spaces in thirty kilobytes."""
    return archive(path, {**PARTS, SHEET: b" " * 30 * MB})


def says(path, size):
    """A sheet of nine megabytes that says it has another size."""
    archive(path, {**PARTS, SHEET: bytes(range(256)) * (9 * MB // 256)})
    path.write_bytes(path.read_bytes().replace((9 * MB).to_bytes(4, "little"), size.to_bytes(4, "little")))
    return path


def says_less(path):
    return says(path, 100)


def says_more(path):
    return says(path, 300 * MB)


HOSTILE = {
    far: "的工作表“台账”在第 16384 列还有内容，最多可用 200 列。请删去不用的列后重新上传。",
    far_without_warning: TOO_BIG,
    wide: TOO_BIG,
    one_text_in_every_cell: TOO_BIG,
    repeated: DAMAGED,
    blown_up: HOLLOW,
    says_less: DAMAGED,
    says_more: UNPACKED,
}


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_hostile_files_are_refused_within_two_seconds_and_256_megabytes(tmp_path, make):
    end, seconds, megabytes = measured(make(tmp_path / "名单.xlsx"))
    assert end == HOSTILE[make]
    assert seconds < 2
    assert megabytes < 256


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "docProps/core.xml"])
def test_entities_are_refused_in_any_part(tmp_path, part):
    content = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    assert refusal(archive(tmp_path / "名单.xlsx", {**PARTS, SHEET: "<worksheet/>", part: content})) == ENTITIES


def test_a_declaration_across_two_pieces_is_seen(tmp_path):
    padding = "<a>" + " " * (MB - len("<a>") - 5)
    assert refusal(archive(tmp_path / "名单.xlsx", {**PARTS, SHEET: f"{padding}<!DOCTYPE x>"})) == ENTITIES


def test_a_part_in_another_encoding_is_refused(tmp_path):
    assert refusal(archive(tmp_path / "名单.xlsx", {**PARTS, SHEET: "<worksheet/>".encode("utf-16")})) == DAMAGED


def test_too_many_parts_are_refused(tmp_path):
    parts = {f"xl/media/{number}": "" for number in range(2_001)}
    assert refusal(archive(tmp_path / "名单.xlsx", {**PARTS, **parts})).startswith("内部文件过多，不能读取。")


def test_links_and_macros_of_other_formats_are_refused(tmp_path):
    links = "含有指向其他文件的链接。请在“数据→编辑链接”中断开链接，保存后重新上传。"
    assert refusal(archive(tmp_path / "名单.xlsx", {**PARTS, "xl/externalLinks/externalLink1.xml": "<ddeLink/>"})) == links
    ods(tmp_path / "名单.ods", [TITLES, ROW])
    with ZipFile(tmp_path / "名单.ods", "a") as file:
        file.writestr("Basic/Standard/Module1.xml", "")
    assert refusal(tmp_path / "名单.ods") == "含有宏。请另存为不带宏的 xlsx 后重新上传。"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused(tmp_path):
    path = by_hand(tmp_path / "名单.xlsx", headings())
    with ZipFile(path, "a", ZIP_STORED) as file:
        file.writestr("XL/worksheets/sheet1.xml", "<worksheet/>")
    assert refusal(path) == DAMAGED


def test_empty_cells_are_none_wherever_they_stand(tmp_path):
    """Also where each has a format: only what holds something counts."""
    empty = "".join(f'<row r="{row}"><c r="A{row}" s="1"/><c r="XFD{row}"/></row>' for row in range(200_000, 240_000))
    cells = f'<row r="2">{inline("A2", "实验小学")}<c r="C2"><v>2026</v></c></row>{empty}'
    assert rows_of(by_hand(tmp_path / "名单.xlsx", headings() + cells)) == [(2, ["实验小学", None, 2026, None])]


def test_rows_and_columns_have_a_limit(tmp_path):
    path = tmp_path / "名单.xlsx"
    row = MAX_ROWS + 21
    assert refusal(by_hand(path, headings() + f'<row r="{row}">{inline(f"A{row}", "x")}</row>')) == (
        f"的工作表“台账”在第 {row} 行还有内容，最多可有 200,000 行。请删去多余的行，或者分成几个文件后重新上传。"
    )
    assert rows_of(xlsx(path, [[*TITLES, *range(MAX_COLUMNS - 4)], ROW])) == [(2, [*ROW, None])]
    assert refusal(xlsx(path, [[*TITLES, *range(MAX_COLUMNS - 3)], ROW])).startswith("的工作表“台账”在第 201 列还有内容，最多可用 200 列。")


def test_a_csv_has_the_same_limits(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text("学校名称,年份\n" + "a,1\n" * (MAX_ROWS + 1), encoding="utf-8")
    assert refusal(path) == "超过 200,000 行，请分成几个文件后分次上传。"
    path.write_text("学校名称,年份\n" + "," * MAX_COLUMNS + "1\n", encoding="utf-8")
    assert refusal(path) == "第 2 行超过 200 列，请删去不用的列后重新上传。"


CONFINED = """
import sys; sys.path.append(sys.argv[1])
from apps.core.ledgers.parsing.confining import confine
confine()
"""


def said(program: str, patience: float = 20) -> str:
    """What the user is told of a process that does this."""
    reader = Reader("名单.xlsx", program=CONFINED + program, patience=patience)
    try:
        with pytest.raises(Unreadable) as refused:
            reader.answer("rows")
    finally:
        reader.close()
    return refused.value.message.removeprefix("“名单.xlsx”")


MISBEHAVING = {
    "sys.exit(1)": BROKEN,
    "import time; time.sleep(60)": TOO_SLOW,
    "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 21))\nwhile True: pass": TOO_SLOW,
    "x = bytearray(100 << 20); print('0000{}')": BROKEN,
    "import os; os.abort()": TOO_BIG,
    "import os, time; os.close(1); time.sleep(60)": BROKEN,
    "print('babble' * 100)": BROKEN,
    "sys.stdout.buffer.write(b'\\xff\\xff\\xff\\xff')": BROKEN,
    "sys.stdout.buffer.write(b'\\0\\0\\0\\x02[]')": BROKEN,
    "sys.stdout.buffer.write(b'\\0\\0\\0\\x03{}}')": BROKEN,
    "sys.stdout.buffer.write(b'\\0\\0\\0\\x09{\"a\": 1}{')": BROKEN,
    "sys.stdout.buffer.write(b'\\0\\0\\0\\x09{\"a')": BROKEN,
    "open('/tmp/written-by-the-reader', 'w').write('x')": BROKEN,
}


@pytest.mark.parametrize("program", MISBEHAVING)
def test_a_process_that_misbehaves_becomes_a_sentence(program):
    assert said(program, patience=1 if program.startswith("import time") else 20) == MISBEHAVING[program]


BABBLE = (
    [],
    [["plain", [1]]] * 3,
    [["plain", [1, 2]]] * 4,
    [["text", 1]] * 4,
    [["date", ["x"]]] * 4,
    [["date", [1 << 70]]] * 4,
    [["mixed", [[1, 2, 3, 4]]]] * 4,
    "abcd",
    None,
)


@pytest.mark.parametrize("columns", BABBLE)
def test_rows_that_babble_become_a_sentence(columns):
    reader = Reader("名单.xlsx", program="")
    with pytest.raises(Unreadable, match="无法读取"):
        reader.made(_block, {"numbers": [2], "columns": columns, "notes": None}, 4)
    reader.close()


LIMITS = """
import json, os, resource, apps.core.ledgers.parsing.child
limits = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in ("AS", "CPU", "CORE", "FSIZE", "NPROC", "NOFILE")}
answer = json.dumps({"limits": limits, "env": dict(os.environ), "django": "django" in sys.modules}).encode()
sys.stdout.buffer.write(len(answer).to_bytes(4, "big") + answer)
"""


def test_the_process_has_nothing_and_may_do_nothing(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for the child")
    reader = Reader("名单.xlsx", program=CONFINED + LIMITS)
    answer = reader.answer("limits", "env", "django")
    reader.close()
    limits = answer["limits"]
    assert answer["django"] is False
    assert set(answer["env"]) <= {"LC_CTYPE"}  # which Python sets for itself
    assert limits["AS"][0] < 130 * MB < 512 * MB < limits["AS"][1] < 550 * MB
    assert limits["CPU"] == [2, 21]
    assert limits["NOFILE"] == [16, 16]
    assert limits["CORE"] == limits["FSIZE"] == limits["NPROC"] == [0, 0]


def test_leaving_the_table_ends_the_process(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text("学校名称,年份\n" + "小学,2026\n" * 100_000, encoding="utf-8")
    with read(path, name="名单.csv", heads=HEADS) as table:
        assert next(table.rows)[0] == 2
        process = table._reader._process
        assert process.poll() is None
    assert process.poll() is not None


def test_work_between_the_rows_is_not_waiting(tmp_path, monkeypatch):
    monkeypatch.setattr("apps.core.ledgers.reading.running.WAIT_SECONDS", 5)
    path = tmp_path / "名单.csv"
    path.write_text("学校名称,年份\n" + "小学,2026\n" * 3_000, encoding="utf-8")
    with read(path, name="名单.csv", heads=HEADS) as table:
        before = table._reader._patience
        for number, _ in table.rows:
            if number == 2:
                time.sleep(0.5)
        assert before - table._reader._patience < 0.5


def test_reading_takes_little_of_our_own_memory(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text("学校名称,年份\n" + f"{'长' * 100},2026\n" * 20_000, encoding="utf-8")
    with read(path, name="名单.csv", heads=HEADS) as table:
        next(table.rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert sum(1 for _ in table.rows) == 19_999
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * 1024
