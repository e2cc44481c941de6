"""The yearly audit says who can see, who looked, what left, and whether the log is whole; on paper and as a workbook."""

import io
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from zipfile import ZipFile

import pytest
from django.utils import timezone

from apps.audit import services
from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.audit.selectors import pack
from apps.audit.todos import log_todos
from apps.core import documents, scope
from apps.core.errors import DomainError
from apps.organizations.services import roles

YEAR = timezone.localdate().year


@pytest.fixture
def auditor(jiaxing):
    return jiaxing.person("auditor", jiaxing.city, name="郭建国", username="auditor")


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county(), name="王芳", username="nanhu")


def part(number: int, year: int = YEAR) -> list[tuple]:
    return [tuple(row) for row in pack.of(year).parts[number].rows]


def last_year(*moment: int) -> datetime:
    return datetime(YEAR - 1, *moment, tzinfo=timezone.get_current_timezone())


def test_who_can_see_is_whoever_holds_such_a_role(jiaxing, lead, auditor):
    jiaxing.person("school_counselor", jiaxing.school())
    day = f"{timezone.localdate():%Y-%m-%d}"
    assert part(0) == [
        ("南湖区 县（市、区）少工委负责人", "王芳", "nanhu", "工作方案的联系人、电话和电子邮箱", day, "启用"),
        ("嘉兴市 审计员", "郭建国", "auditor", "工作方案的联系人", day, "启用"),
    ]
    roles.revoke(user=lead, role="county_lead", organization=jiaxing.county())
    assert [row[1] for row in part(0)] == ["郭建国"]
    assert part(0, YEAR - 1) == []


def test_who_looked_is_counted_by_person_and_month(jiaxing, lead):
    for moment in ((3, 1), (3, 31, 23, 59), (4, 1)):
        services.record(Verb.VIEW_CONTACTS, "南湖区人员名单", user=lead.pk, name="王芳", at=last_year(*moment))
    services.record(Verb.VIEW_CONTACTS, "南湖区人员名单", user=lead.pk, name="王芳")
    assert part(1, YEAR - 1) == [
        (f"{YEAR - 1}-03", "王芳", lead.pk, 2, f"{YEAR - 1}-03-31 23:59"),
        (f"{YEAR - 1}-04", "王芳", lead.pk, 1, f"{YEAR - 1}-04-01 00:00"),
    ]


def test_what_left_and_who_failed_are_counted(jiaxing):
    for _ in range(2):
        services.record(Verb.DOWNLOAD, "方案.pdf", name="王芳", at=last_year(5, 1))
        services.record(Verb.SIGN_IN_FAILED, name="nanhu", address="10.0.0.8", at=last_year(5, 1))
    services.record(Verb.LOCKED_OUT, name="nanhu", address="10.0.0.8", at=last_year(5, 1))
    assert part(2, YEAR - 1) == [("王芳", "下载附件", "方案.pdf", 2, f"{YEAR - 1}-05-01 00:00")]
    assert part(3, YEAR - 1) == [
        ("nanhu", "登录失败", "10.0.0.8", 2, f"{YEAR - 1}-05-01 00:00"),
        ("nanhu", "登录锁定", "10.0.0.8", 1, f"{YEAR - 1}-05-01 00:00"),
    ]


def test_roles_given_and_taken_are_listed(jiaxing, lead):
    roles.revoke(user=lead, role="county_lead", organization=jiaxing.county())
    assert [row[1:] for row in part(4)] == [
        ("南湖区 县（市、区）少工委负责人", "王芳", "撤销", "未署名"),
        ("南湖区 县（市、区）少工委负责人", "王芳", "授予", "未署名"),
    ]


def test_verifications_are_counted_by_month(db):
    for sound in (True, True, False):
        services.record(Verb.VERIFY, details={"sound": sound}, at=last_year(2, 3))
    with scope.opened(scope.EVERYTHING):
        assert part(5, YEAR - 1) == [(f"{YEAR - 1}-02", 3, 1)]


def test_a_year_without_a_log_is_not_offered(jiaxing):
    assert pack.years(date(YEAR, 6, 1)) == [YEAR]
    services.record(Verb.EXPORT, at=last_year(5, 1))
    assert pack.years(date(YEAR, 6, 1)) == [YEAR, YEAR - 1]


def test_paper_is_tagged_embeds_its_letters_and_numbers_its_pages(jiaxing, auditor, lead):
    services.record(Verb.VIEW_CONTACTS, "<b>名单</b>", user=lead.pk, name="<script>王芳</script>")
    answer = jiaxing.signed_in(auditor).get(f"/audit/packs/{YEAR}/pdf/")
    paper = b"".join(answer.streaming_content)
    assert (answer.status_code, answer["Content-Type"], paper[:5]) == (200, "application/pdf", b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment;")
    inside = b"".join(unpacked(paper))
    assert b"/StructTreeRoot" in inside and b"/MarkInfo" in inside and b"/Lang" in inside
    fonts = re.findall(rb"/BaseFont /([\w+-]+)", inside)
    assert fonts and all(re.match(rb"[A-Z]{6}\+Noto", font) for font in fonts)
    assert Act.objects.newest_first()[0].about == f"{YEAR}年个人信息审计报告（pdf）"


def unpacked(paper: bytes) -> Iterator[bytes]:
    """The objects of a PDF, which it keeps in compressed streams."""
    for stream in re.findall(rb"stream\n(.*?)\nendstream", paper, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(stream)


def test_workbook_has_a_sheet_for_each_part(jiaxing, auditor):
    answer = jiaxing.signed_in(auditor).get(f"/audit/packs/{YEAR}/xlsx/")
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        names = re.findall(r'<sheet name="(.*?)"', archive.read("xl/workbook.xml").decode())
    assert names == ["谁能看到", "谁查看过", "导出和下载", "登录失败和锁定", "角色变动", "日志核验"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x.png", "file:///etc/passwd", "https://example.cn/x", "data:image/png;base64,AA"])
def test_a_paper_fetches_nothing(address, tmp_path, settings):
    (tmp_path / "evil.html").write_text(f'<html><body><img src="{address}"></body></html>')
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with pytest.raises(ValueError, match="a paper fetches nothing"):
        documents.pdf("evil.html", {})


def test_a_machine_without_the_libraries_says_so_and_still_gives_the_workbook(jiaxing, auditor, monkeypatch):
    """What importing WeasyPrint does there."""

    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    client = jiaxing.signed_in(auditor)
    answer = client.get(f"/audit/packs/{YEAR}/pdf/", follow=True)
    assert answer.redirect_chain == [("/audit/packs/", 302)]
    assert "服务器缺少排版组件，暂时不能生成 PDF，请先导出表格" in answer.content.decode()
    assert client.get(f"/audit/packs/{YEAR}/xlsx/").status_code == 200
    with pytest.raises(DomainError):
        documents.pdf("audit/pack.html", {})


def test_the_report_is_on_the_auditors_desk_in_january_until_it_is_made(jiaxing, auditor, lead, monkeypatch):
    services.record(Verb.EXPORT, at=last_year(5, 1))
    services.record(Verb.VERIFY, details={"sound": True})
    january = datetime(YEAR, 1, 5, tzinfo=timezone.get_current_timezone())
    monkeypatch.setattr(timezone, "now", lambda: january)
    assert [(todo.title, f"{timezone.localtime(todo.due):%m-%d}") for todo in log_todos(auditor) if "报送" in todo.title] == [
        (f"报送{YEAR - 1}年个人信息审计报告", "01-31")
    ]
    assert list(log_todos(lead)) == []

    services.record(Verb.EXPORT, details={"year": YEAR - 1})
    assert [todo for todo in log_todos(auditor) if "报送" in todo.title] == []
