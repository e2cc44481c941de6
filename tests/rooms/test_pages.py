from datetime import date
from decimal import Decimal

import pytest

from apps.core.lifecycle.enums import State
from apps.organizations.models import Organization
from apps.rooms.models import Room
from tests.factories.rooms import RoomFactory, everything, handed_in


@pytest.fixture
def school(jiaxing):
    return jiaxing.school(name="南湖第一小学", class_count=12)


@pytest.fixture
def counselor(jiaxing, school):
    return jiaxing.signed_in(jiaxing.person("school_counselor", school))


@pytest.fixture
def lead(jiaxing):
    return jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))


@pytest.fixture
def city(jiaxing):
    return jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))


def form_data(room: Room, **changes):
    return {
        "version": room.version,
        "name": "少先队队室",
        "location": "教学楼二楼",
        "area": "24.5",
        "built_on": "2012-05-01",
        "items": everything(),
        "description": "",
        **changes,
    }


def rows(response) -> list[str]:
    return [str(row.record) for row in response.context["table"].page]


def test_counselor_registers_submits_and_the_county_confirms(school, counselor, lead):
    assert "还没有登记队室" in counselor.get("/rooms/").content.decode()
    response = counselor.post(f"/rooms/begin/{school.pk}/", follow=True)
    room = Room.objects.get(organization=school)
    assert response.redirect_chain[-1][0] == f"/rooms/{room.pk}/edit/"
    assert "本校 12 个班，标准为不少于 10 平方米" in response.content.decode()

    checked = counselor.post(f"/rooms/{room.pk}/edit/", form_data(room, action="check"), follow=True)
    assert checked.redirect_chain[-1][0] == f"/rooms/{room.pk}/"
    sent = counselor.post(f"/rooms/{room.pk}/submit/", {"version": 2}, follow=True)
    assert "已提交，等待上级少先队组织确认。" in sent.content.decode()

    confirmed = lead.post(f"/rooms/{room.pk}/approve/", {"version": 3, "slot": "review"}, follow=True)
    assert "已计入规范队室" in confirmed.content.decode()
    room.refresh_from_db()
    assert (room.state, room.is_standard, room.area, room.items) == (State.APPROVED, True, Decimal("24.5"), everything())


def test_page_says_what_is_missing_while_boxes_are_ticked(school, counselor):
    room = RoomFactory(organization=school)
    response = counselor.post(f"/rooms/{room.pk}/missing/", form_data(room, area="8", items=["drums"]))

    assert response.context["shortfalls"][:2] == ["使用面积 2 平方米", "会议桌椅"]
    room.refresh_from_db()
    assert (room.area, room.version) == (30, 1)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"area": "-3"}, "area", "使用面积应大于 0。"),
        ({"area": "很大"}, "area", "请填写数字。"),
        ({"built_on": "2999-01-01"}, "built_on", "启用日期不能晚于今天。"),
        ({"built_on": "0202-01-01"}, "built_on", "启用日期过早，请核对年份。"),
        ({"items": ["throne"]}, "items", "没有这个选项，请从列出的选项中选择。"),
    ],
)
def test_wrong_values_are_refused_at_the_field_and_nothing_is_lost(school, counselor, changes, field, sentence):
    room = RoomFactory(organization=school)
    response = counselor.post(f"/rooms/{room.pk}/edit/", form_data(room, location="三楼西侧", **changes))

    assert response.context["form"].errors == {field: [sentence]}
    assert "三楼西侧" in response.content.decode()


def test_empty_draft_saves_itself(school, counselor):
    room = RoomFactory(organization=school)
    response = counselor.post(
        f"/rooms/{room.pk}/edit/", form_data(room, location="", area="", built_on="", items=[]), headers={"X-Autosave": "1"}
    )
    assert response.json()["version"] == 2
    room.refresh_from_db()
    assert (room.area, room.items) == (None, [])


def test_returned_room_shows_the_remarks_at_their_fields(school, counselor, lead):
    room = handed_in(school)
    data = {"version": room.version, "reason": "请补充面积", "remark_area": "与图纸不符", "remark_items": "没有看到队鼓"}
    lead.post(f"/rooms/{room.pk}/return/", data)

    page = counselor.get(f"/rooms/{room.pk}/edit/")
    fields = page.context["form"].fields
    assert [remark.text for name in ("area", "items") for remark, _ in fields[name].remarks] == ["与图纸不符", "没有看到队鼓"]
    assert "请补充面积" in page.content.decode()


def test_county_sees_every_school_and_what_is_not_registered(jiaxing, school, lead):
    handed_in(school)
    RoomFactory(organization=jiaxing.school(name="草稿小学"))
    jiaxing.school(name="撤并小学", closed_on=date(2014, 8, 31))
    jiaxing.school("秀洲区", name="别县小学")

    everyone = lead.get("/rooms/?sort=name")
    assert rows(everyone) == ["南湖第一小学", "草稿小学"]
    assert (everyone.context["tally"].waiting, everyone.context["tally"].missing) == (1, 1)
    assert rows(lead.get("/rooms/?state=missing")) == ["草稿小学"]
    assert rows(lead.get("/rooms/?state=submitted")) == ["南湖第一小学"]


def test_filters_narrow_the_list(jiaxing, city):
    good = handed_in(jiaxing.school(name="达标小学"), State.APPROVED).organization
    handed_in(jiaxing.school(name="不达标小学", area="rural"), State.APPROVED, area=Decimal(5), is_standard=False)
    jiaxing.school("秀洲区", name="秀洲小学")

    assert rows(city.get("/rooms/?standard=yes")) == ["达标小学"]
    assert rows(city.get("/rooms/?standard=no")) == ["不达标小学"]
    assert rows(city.get("/rooms/?area=rural")) == ["不达标小学"]
    assert rows(city.get(f"/rooms/?county={good.county_id}&sort=size")) == ["不达标小学", "达标小学"]
    assert rows(city.get("/rooms/?sort=-size")) == ["达标小学", "不达标小学", "秀洲小学"]
    assert rows(city.get("/rooms/?name=秀洲")) == ["秀洲小学"]
    assert city.get("/rooms/?county=nonsense&state=nonsense&per_page=-1").status_code == 200


@pytest.mark.parametrize("sort", ["name", "county", "parent", "area", "state", "size", "-built_on", "submitted_at", "nonsense"])
def test_every_column_sorts(jiaxing, school, city, sort):
    handed_in(school)
    assert rows(city.get(f"/rooms/?sort={sort}")) == ["南湖第一小学"]


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_however_long(jiaxing, city, django_assert_num_queries, count):
    for _ in range(count):
        handed_in(jiaxing.school())
    city.get("/rooms/")
    with django_assert_num_queries(15):
        city.get("/rooms/")


def test_another_county_does_not_find_the_room(jiaxing, school):
    room = handed_in(school)
    stranger = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("秀洲区")))
    neighbour = jiaxing.signed_in(jiaxing.person("school_counselor", jiaxing.school()))
    for client in (stranger, neighbour):
        assert client.get(f"/rooms/{room.pk}/").status_code == 404
        assert client.post(f"/rooms/{room.pk}/submit/", {"version": 1}).status_code in (403, 404)
    assert neighbour.post(f"/rooms/begin/{school.pk}/").status_code == 404
    assert stranger.post(f"/rooms/{room.pk}/approve/", {"version": 1, "slot": "review"}).status_code == 404


def test_draft_is_the_schools_own(school, lead):
    assert lead.get(f"/rooms/{RoomFactory(organization=school).pk}/").status_code == 404


def test_counselor_does_not_confirm_nor_the_county_edit(school, counselor, lead):
    room = handed_in(school)
    assert counselor.post(f"/rooms/{room.pk}/approve/", {"version": 1, "slot": "review"}).status_code == 403
    assert lead.get(f"/rooms/{room.pk}/edit/").status_code == 403


def test_town_counselor_reads_the_rooms_of_the_town(jiaxing, school):
    handed_in(school)
    town = Organization.objects.get(pk=school.parent_id)
    client = jiaxing.signed_in(jiaxing.person("town_counselor", town))
    assert rows(client.get("/rooms/")) == ["南湖第一小学"]


def test_second_of_two_people_is_told_and_keeps_the_words(jiaxing, school, counselor):
    room = RoomFactory(organization=school, location="一楼")
    colleague = jiaxing.signed_in(jiaxing.person("school_counselor", school))
    colleague.post(f"/rooms/{room.pk}/edit/", form_data(room, location="对方写的"))

    late = counselor.post(f"/rooms/{room.pk}/edit/", form_data(room, location="我写的", items=["drums"]))

    assert late.status_code == 409
    assert (late.context["form"]["location"].value(), late.context["form"].fields["location"].theirs) == ("我写的", "对方写的")
    assert late.context["form"].fields["items"].theirs.startswith("会议桌椅、")
