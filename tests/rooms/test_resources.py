"""The ledger of activity rooms."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.rooms import services, todos
from apps.rooms.models import Checklist, Room
from tests.factories.ledgers import bring, check, taken_out
from tests.factories.rooms import RoomFactory, everything, handed_in

LOCKED = "这份材料{}，不能修改。如需修改，请联系南湖区少工委退回。"


@pytest.fixture
def lead(jiaxing):
    return jiaxing.person("county_lead", jiaxing.county())


def test_what_was_taken_out_comes_back_unchanged(jiaxing, lead):
    untidy = {"location": "-1楼 东侧", "area": Decimal("10.5"), "items": ["oath", "drums"], "description": "=待改造\n（与图书室合用）"}
    handed_in(jiaxing.school(name="凤桥镇小学(分校)"), **untidy)
    handed_in(jiaxing.school(), State.APPROVED, items=[], name="少先队 队室")
    handed_in(jiaxing.school(), State.RETURNED, location="", area=None, built_on=None)
    RoomFactory(organization=jiaxing.school(), location="")
    handed_in(jiaxing.school("海宁市"))
    rows = taken_out("rooms", by=lead)
    assert [row["state"] for row in rows] == ["待确认", "已确认", "已退回"]
    checked = check("rooms", rows, by=lead)
    assert [(row.outcome, row.faults) for row in checked] == [("unchanged", {})] * 3


def test_a_school_takes_its_own_draft_out_and_in(jiaxing):
    school = jiaxing.school()
    RoomFactory(organization=school, location="", area=None, built_on=None, items=[], name="")
    counselor = jiaxing.person("school_counselor", school)
    (row,) = taken_out("rooms", by=counselor)
    assert (row["state"], row["is_standard"], row["submitted_at"], row["has_drums"]) == ("草稿", "否", None, "否")
    assert [row.outcome for row in check("rooms", [row], by=counselor)] == ["unchanged"]


def test_a_county_makes_drafts_that_wait_on_the_desks_of_its_schools(jiaxing, lead):
    school = jiaxing.school(name="第一小学")
    (row,) = bring(
        "rooms", [{"organization": " 第一小学", "location": "二楼", "area": "３６.５", "has_drums": "√", "has_oath": "有"}], by=lead
    )
    assert (row.outcome, row.hints) == ("new", ["提交前还要填写启用日期。"])
    room = Room.objects.get(organization=school)
    assert (room.state, room.created_by, room.updated_by, room.version) == (State.DRAFT, lead, lead, 1)
    assert (room.name, room.location, room.area, room.items) == ("少先队队室", "二楼", Decimal("36.5"), ["drums", "oath"])
    assert room.checklist == Checklist.objects.in_force(timezone.localdate())
    counselor = jiaxing.person("school_counselor", school)
    assert [todo.title for todo in todos.to_register(counselor)] == ["完成本校队室登记"]
    services.save(report=room, by=counselor, version=1)


def test_a_draft_of_a_school_is_not_compared(jiaxing, lead):
    """Not even by being called unchanged."""
    room = RoomFactory(organization=jiaxing.school(name="第一小学"))
    same = {"organization": "第一小学", "name": room.name, "location": room.location, "area": 30, "built_on": "2012-05-01"}
    for row in (same, {"organization": "第一小学", "location": "别处"}):
        assert [row.faults for row in check("rooms", [row], by=lead)] == [{"": "该校已有草稿，请由学校修改。"}]


@pytest.mark.parametrize("state", [State.DRAFT, State.RETURNED])
def test_a_school_changes_its_draft_and_what_came_back(jiaxing, state):
    school = jiaxing.school(name="第一小学")
    counselor = jiaxing.person("school_counselor", school)
    room = handed_in(school, state, version=3)
    (row,) = bring("rooms", [{"organization": "第一小学", "location": "三楼", "has_bugles": "否"}], by=counselor)
    assert row.outcome == "changed"
    room.refresh_from_db()
    assert (room.version, room.updated_by, room.state, room.location, room.area) == (4, counselor, state, "三楼", 30)
    assert set(room.items) == set(everything()) - {"bugles"}


@pytest.mark.parametrize(("state", "word"), [(State.SUBMITTED, "待确认"), (State.APPROVED, "已确认")])
def test_what_is_handed_in_is_locked(jiaxing, lead, state, word):
    school = jiaxing.school(name="第一小学")
    handed_in(school, state)
    for by in (lead, jiaxing.person("school_counselor", school)):
        (row,) = check("rooms", [{"organization": "第一小学", "location": "三楼"}], by=by)
        assert row.faults == {"": LOCKED.format(word)}


def test_a_county_leaves_what_came_back_to_the_school(jiaxing, lead):
    handed_in(jiaxing.school(name="第一小学"), State.RETURNED)
    (row,) = check("rooms", [{"organization": "第一小学", "location": "三楼"}], by=lead)
    assert row.faults == {"": "第一小学的队室正在修改，请由学校修改。"}


def test_rows_of_others_are_named_and_change_nothing(jiaxing, lead):
    jiaxing.school("海宁市", name="海宁小学")
    handed_in(jiaxing.school("海宁市", name="海宁二小"))
    jiaxing.school(name="第一小学")
    rows = [{"organization": "海宁小学"}, {"organization": "海宁二小", "location": "教学楼二楼"}, {"organization": "没有小学"}]
    assert [row.faults for row in check("rooms", rows, by=lead)] == [
        {"organization": "“海宁小学”属于海宁市，不在您的办理范围内。"},
        {"organization": "“海宁二小”属于海宁市，不在您的办理范围内。"},
        {"organization": "没有叫“没有小学”的学校，请核对名称。"},
    ]
    own = jiaxing.person("school_counselor", jiaxing.school(name="第二小学"))
    (row,) = check("rooms", [{"organization": "第一小学"}], by=own)
    assert row.faults == {"organization": "“第一小学”属于南湖区，不在您的办理范围内。"}


def test_the_rules_of_the_form_apply(jiaxing, lead):
    jiaxing.school(name="第一小学")
    jiaxing.school(name="旧小学", closed_on=date(2013, 7, 1))
    rows = [
        {"organization": "第一小学", "name": "长" * 41, "area": 0, "built_on": "2999-01-01", "description": "长" * 501},
        {"organization": "旧小学", "built_on": "2012-01-01"},
        {"organization": "旧小学", "built_on": "1900-01-01"},
    ]
    assert [row.faults for row in check("rooms", rows, by=lead)] == [
        {
            "name": "最多 40 字，现在有 41 字，请删减。",
            "area": "使用面积应大于 0。",
            "built_on": "启用日期不能晚于今天。",
            "description": "最多 500 字，现在有 501 字，请删减。",
        },
        {"organization": "旧小学已撤并，不能登记队室。"},
        {"": "与第 3 行重复，请只保留一行。"},
    ]


def test_a_newer_checklist_has_columns_of_its_own(jiaxing, lead):
    """A room is judged by the list it was begun under; things of both lists stand in the sheet."""
    old = handed_in(jiaxing.school(name="第一小学"), State.RETURNED)
    newer = Checklist.objects.create(title="新标准", source="市", effective_from=date(2013, 1, 1), min_area=20)
    newer.items.create(position=1, key="camera", label="照相机", group="records")
    newer.items.create(position=2, key="kettle-drum", label="队鼓", group="instruments")
    jiaxing.school(name="第二小学")
    counselor = jiaxing.person("school_counselor", old.organization)
    (row,) = check("rooms", [{"organization": "第一小学", "has_camera": "是"}], by=counselor)
    assert row.faults == {"has_camera": "这一项不在该校队室适用的标准中，请填“否”。"}
    bring("rooms", [{"organization": "第二小学", "has_kettle-drum": "是"}], by=lead)
    room = Room.objects.get(organization__name="第二小学")
    assert (room.checklist, room.items) == (newer, ["kettle-drum"])
    (row,) = taken_out("rooms", by=counselor)
    assert (row["has_drums"], row["has_kettle-drum"]) == ("是", "否")


def test_as_many_statements_for_many_rows_as_for_one(jiaxing, lead):
    def statements(names):
        with CaptureQueriesContext(connection) as queries:
            check("rooms", [{"organization": name, "location": "二楼"} for name in names], by=lead)
        return len(queries)

    names = [jiaxing.school().name for _ in range(6)]
    for name in names[:3]:
        handed_in(jiaxing.school(name=f"乙{name}"))
    names += [f"乙{name}" for name in names[:3]]
    statements(names[:1])  # what a person may do is read once
    assert statements([names[0], names[6]]) == statements(names)
