"""Imports of reports, and what undoing them meets: a report goes its own way meanwhile."""

from decimal import Decimal

import pytest

from apps.core.errors import DomainError
from apps.rooms import services as rooms
from apps.rooms.models import Room
from tests.factories.exchange import confirmed, send, taken_back
from tests.factories.rooms import RoomFactory


@pytest.fixture
def school(jiaxing):
    return jiaxing.school(name="第一小学")


@pytest.fixture
def counselor(jiaxing, school):
    return jiaxing.person("school_counselor", school)


@pytest.fixture
def room(school, counselor):
    return RoomFactory(organization=school, location="三楼", area=Decimal(30), created_by=counselor)


def test_a_changed_draft_is_put_back(counselor, room):
    upload = confirmed(send("rooms", [{"organization": "第一小学", "location": "二楼", "area": 36.5}], by=counselor), by=counselor)
    changed = Room.objects.get()
    assert (upload.state, changed.location, changed.area, changed.version) == ("applied", "二楼", Decimal("36.5"), room.version + 1)
    assert taken_back(upload, by=counselor).state == "undone"
    restored = Room.objects.get()
    assert (restored.location, restored.area, restored.items, restored.version) == ("三楼", 30, room.items, room.version + 2)


def test_what_was_handed_in_since_stays(counselor, room):
    upload = confirmed(send("rooms", [{"organization": "第一小学", "location": "二楼"}], by=counselor), by=counselor)
    changed = Room.objects.get()
    rooms.submit(report=changed, by=counselor, version=changed.version)
    with pytest.raises(DomainError, match="第 2 行不能恢复，没有撤回：这份材料待确认，不能修改"):
        taken_back(upload, by=counselor)
    assert Room.objects.get().location == "二楼"


def test_a_new_draft_goes_and_one_that_was_handed_in_does_not(counselor, school):
    row = {"organization": "第一小学", "name": "队室", "location": "二楼", "area": 36.5, "built_on": "2012-05-01"}
    taken_back(confirmed(send("rooms", [row], by=counselor), by=counselor), by=counselor)
    assert not Room.objects.exists()
    upload = confirmed(send("rooms", [row], by=counselor), by=counselor)
    made = Room.objects.get()
    rooms.submit(report=made, by=counselor, version=made.version)
    with pytest.raises(DomainError, match="已经有人使用：1 个办理记录"):
        taken_back(upload, by=counselor)
