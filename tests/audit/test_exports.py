"""What leaves the log as a file: all that was found, harmless to whoever opens it, and itself in the log."""

import csv
import io

import pghistory
import pytest
from django.db import connection
from django.utils import timezone

from apps.audit import services
from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.core import exports
from apps.core.errors import DomainError
from tests.factories import workbooks
from tests.factories.organizations import UnitFactory

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://x","y")']


@pytest.fixture
def auditor(jiaxing):
    return jiaxing.signed_in(jiaxing.person("auditor", jiaxing.city, name="郭建国"))


def lines(response) -> list[list[str]]:
    content = b"".join(response.streaming_content).decode()
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content[1:])))


def test_csv_has_all_that_was_found_and_is_in_the_log(auditor, jiaxing):
    for number in range(3):
        services.record(Verb.EXPORT, f"第{number}条", name="王芳", at=timezone.now())
    head, *rows = lines(auditor.get("/audit/export/acts/csv/?verb=export"))
    assert head[:3] == ["时间", "操作", "人员"]
    assert [row[6] for row in rows] == ["操作日志·操作记录", "第2条", "第1条", "第0条"]
    last = Act.objects.newest_first()[0]
    assert (last.verb, last.name, last.about) == (Verb.EXPORT, "郭建国", "操作日志·操作记录")
    assert last.details["format"] == "csv"
    assert last.details["filters"]["操作"] == "export"


def test_a_file_longer_than_a_page_of_the_database_is_whole(auditor, monkeypatch):
    monkeypatch.setattr("apps.audit.tables.STEP", 2)
    for number in range(5):
        services.record(Verb.DOWNLOAD, f"第{number}条")
    assert [row[6] for row in lines(auditor.get("/audit/export/acts/csv/?verb=download"))[1:]] == [
        f"第{number}条" for number in range(4, -1, -1)
    ]


def book(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_is_taken_for_a_formula(auditor, evil):
    services.record(Verb.DOWNLOAD, evil, name="http://x")
    [_, row] = lines(auditor.get("/audit/export/acts/csv/?verb=download"))
    assert row[6] == f"'{evil}"
    content = book(auditor.get("/audit/export/acts/xlsx/?verb=download"))
    [_, row] = workbooks.rows(content)  # each cell a text, or it fails
    assert row[6].replace("_x000D_", "\r") == evil
    assert "http://x" in row
    assert 'quotePrefix="1"' in workbooks.part(content, "xl/styles.xml")
    assert "hyperlink" not in workbooks.part(content, "xl/worksheets/sheet1.xml")


def test_changes_leave_with_their_differences(auditor, jiaxing):
    with pghistory.context(user=1, name="王芳", command="load"):
        UnitFactory(organization=jiaxing.school(name="秀水小学"), name="=中队")
    [_, row] = lines(auditor.get("/audit/export/changes/csv/?kind=organizations_pioneerunitevent"))
    assert row[1:4] == ["少先队组织", "秀水小学 =中队", "新增"]
    assert "名称：（空） → =中队" in row[4].split("\n")
    assert row[5:10] == ["王芳", "1", "", "", "命令 load"]


def test_conditions_that_are_not_understood_lead_back(auditor):
    answer = auditor.get("/audit/export/acts/csv/?since=abc")
    assert (answer.status_code, answer.url) == (302, "/audit/?since=abc")
    assert not Act.objects.of(Verb.EXPORT).exists()


def test_a_workbook_has_an_end_and_says_so(auditor, monkeypatch):
    for _ in range(4):
        services.record(Verb.DOWNLOAD)
    monkeypatch.setattr(exports.workbook, "__kwdefaults__", {"most": 3})
    answer = auditor.get("/audit/export/acts/xlsx/?verb=download", follow=True)
    assert answer.redirect_chain == [("/audit/?verb=download", 302)]
    assert "超过 3 条，表格装不下。请缩短时间或增加条件，或者导出 csv。" in answer.content.decode()


def test_a_workbook_of_just_that_length_is_made():
    exports.workbook([exports.Sheet("一", ["a"], [[1], [2]])], most=2).close()
    with pytest.raises(DomainError):
        exports.workbook([exports.Sheet("一", ["a"], [[1], [2], [3]])], most=2)


@pytest.mark.parametrize("value", [-1, 1.5, "中队", "a=1", "", "0573-1"])
def test_what_is_harmless_stays_as_it_is(value):
    assert exports.safe(value) == value


def test_a_file_reads_with_a_scope_of_its_own(auditor, jiaxing):
    """It is sent after the request's transaction, and its scope, have ended."""
    services.record(Verb.DOWNLOAD, "找我")
    answer = auditor.get("/audit/export/acts/csv/?verb=download")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.scope', '', true)")
    assert [row[6] for row in lines(answer)[1:]] == ["找我"]
