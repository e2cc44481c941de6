"""What the desk says about files that somebody has sent."""

import pytest

from apps.exchange import todos
from apps.exchange.models import Upload
from apps.exchange.services import uploads
from tests.factories.exchange import send, workbook

FACTS = {"area": "城镇", "type": "中心小学", "strength": "一般学校"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def row(jiaxing):
    return {"town": jiaxing.town().name, "name": "新建小学", **FACTS}


def found(user):
    return [(todo.title, todo.came_back) for todo in todos.sent(user)]


def test_a_checked_file_waits_for_whoever_sent_it(jiaxing, lead, row):
    upload = send("schools", [row], by=lead)
    assert found(lead) == [("待确认的台账“台账.xlsx”", False)]
    assert next(todos.sent(lead)).url == upload.get_absolute_url()
    assert found(jiaxing.person("county_editor", jiaxing.county())) == []
    uploads.confirm(upload=upload, by=lead)
    assert found(lead) == []


def test_what_cannot_go_on_comes_back(jiaxing, lead, row):
    send("schools", [{**row, "area": "郊区"}], by=lead, name="有误.xlsx")
    refused = send("schools", b"%PDF-1.7", by=lead, name="不是.xlsx")
    broken = send("schools", workbook("schools", [row]), by=lead, name="中断.xlsx")
    Upload.objects.filter(pk=broken.pk).update(state="reading")
    assert found(lead) == [("台账“中断.xlsx”没有检查完", True), ("台账“不是.xlsx”不能读取", True), ("台账“有误.xlsx”有 1 行有误", True)]
    for upload in (refused, broken):
        uploads.drop(upload=upload, by=lead)
    assert found(lead) == [("台账“有误.xlsx”有 1 行有误", True)]


def test_what_changes_nothing_is_only_to_be_closed(jiaxing, lead, row):
    jiaxing.school(name=row["name"], area="urban", type="central", strength="average")
    upload = send("schools", [row], by=lead)
    assert (upload.wrong, upload.writes) == (0, 0)
    assert found(lead) == [("台账“台账.xlsx”没有需要导入的内容", False)]


def test_an_auditor_sends_nothing(jiaxing):
    assert found(jiaxing.person("auditor", jiaxing.city)) == []
