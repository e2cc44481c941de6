"""A file's way in: sent, checked, written as a whole, taken back."""

import pytest
from django.apps import apps

from apps.audit.models import Act
from apps.core.errors import Conflict, DomainError
from apps.coverage.services import figures
from apps.exchange.models import Upload
from apps.exchange.services import uploads
from apps.organizations.models import Organization, PioneerUnit, School
from tests.factories.exchange import confirmed, send, taken_back
from tests.factories.organizations import UnitFactory

FACTS = {"area": "城镇", "type": "中心小学", "strength": "一般学校", "class_count": 12, "member_count": 480}


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


@pytest.fixture
def known(jiaxing):
    return jiaxing.school(name="第一小学", class_count=20).school


@pytest.fixture
def rows(jiaxing, known):
    town = jiaxing.town().name
    return [{"town": town, "name": "第一小学", **FACTS, "class_count": 24}, {"town": town, "name": "新建小学", **FACTS}]


def numbers(upload: Upload) -> tuple[int, int, int, int]:
    return upload.new, upload.changed, upload.unchanged, upload.wrong


def test_a_preview_writes_nothing(lead, known, rows):
    upload = send("schools", rows, by=lead)
    assert (upload.state, numbers(upload)) == ("checked", (1, 1, 0, 0))
    changed, new = upload.lines.all()
    assert (changed.outcome, changed.before, changed.target) == (
        "changed",
        {"class_count": 20, "member_count": 0},
        known.organization_id,
    )
    assert (new.outcome, new.before) == ("new", None)
    assert not Organization.objects.filter(pk=new.target).exists()
    assert School.objects.count() == 1


def test_all_is_written_and_recorded(lead, known, rows):
    upload = confirmed(send("schools", rows, by=lead), by=lead)
    assert (upload.state, upload.applied_by) == ("applied", lead)
    assert dict(School.objects.values_list("organization__name", "class_count")) == {"第一小学": 24, "新建小学": 12}
    assert upload.lines.get(outcome="new").target == Organization.objects.get(name="新建小学").pk
    act = Act.objects.get(verb="import")
    assert act.details == {"upload": upload.pk, "ledger": "schools", "new": 1, "changed": 1}


def test_nothing_is_written_while_a_row_is_wrong(lead, rows):
    upload = send("schools", [*rows, {**rows[0], "name": "第二小学", "area": "郊区"}], by=lead)
    assert numbers(upload) == (1, 1, 0, 1)
    with pytest.raises(DomainError, match="还有 1 行有误"):
        uploads.confirm(upload=upload, by=lead)


def test_what_changed_since_the_preview_is_shown_again(lead, known, rows):
    upload = send("schools", rows, by=lead)
    known.class_count = 21
    known.save()
    upload = confirmed(upload, by=lead)
    assert (upload.state, upload.sentence) == ("checked", "核对之后，有 1 行对应的资料有了变化，已重新检查，还没有写入。请再核对一次。")
    assert upload.lines.get(outcome="changed").before["class_count"] == 21
    assert School.objects.count() == 1
    assert confirmed(upload, by=lead).state == "applied"


def test_an_import_is_undone_as_one(lead, jiaxing, known, rows):
    figures.settle()
    upload = confirmed(send("schools", rows, by=lead), by=lead)
    figures.settle()
    upload = taken_back(upload, by=lead)
    assert (upload.state, upload.undone_by) == ("undone", lead)
    assert list(School.objects.values_list("organization__name", "class_count", "member_count")) == [("第一小学", 20, 0)]
    assert not Organization.objects.filter(name="新建小学").exists()
    assert sum(figures.recompute().values()) == 0
    with pytest.raises(Conflict, match="已撤回"):
        uploads.take_back(upload=upload, by=lead)


def test_an_undo_says_what_stands_on_it(lead, rows):
    upload = confirmed(send("schools", rows, by=lead), by=lead)
    UnitFactory(organization=Organization.objects.get(name="新建小学"))
    with pytest.raises(DomainError, match="已经有人使用：1 个少先队组织。"):
        taken_back(upload, by=lead)
    assert School.objects.count() == 2


def test_an_undo_overwrites_nobody(lead, known, rows):
    upload = confirmed(send("schools", rows, by=lead), by=lead)
    School.objects.filter(organization__name="新建小学").update(class_count=13)
    with pytest.raises(DomainError, match="第 3 行的资料又有了变化"):
        taken_back(upload, by=lead)


def test_the_database_lets_nothing_else_be_deleted(lead, known, rows):
    upload = confirmed(send("schools", rows, by=lead), by=lead)
    assert School.objects.all()._raw_delete("default") == 1
    assert list(School.objects.values_list("organization__name")) == [("第一小学",)]
    Upload.objects.filter(pk=upload.pk).update(state="undone", undone_at=upload.applied_at, undone_by=lead)
    assert Organization.objects.filter(name="新建小学")._raw_delete("default") == 0


def test_units_come_and_go(lead, known):
    squad = {"organization": "第一小学", "kind": "中队", "established_on": "2012-04-10", "member_count": 40}
    rows = [{**squad, "name": f"{n}中队"} for n in range(30)]
    upload = confirmed(send("units", rows, by=lead), by=lead)
    assert (PioneerUnit.objects.count(), apps.get_model("organizations.PioneerUnitEvent").objects.count()) == (30, 30)
    taken_back(upload, by=lead)
    assert PioneerUnit.objects.count() == 0
