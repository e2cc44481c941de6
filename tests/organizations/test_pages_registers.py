"""Keeping places, schools and units up to date, as the people who do it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from apps.core import seen
from apps.organizations.enums import PlaceArea, SchoolType, UnitKind
from apps.organizations.models import Organization, PioneerUnit, School
from apps.organizations.services import places, schools, units
from tests.factories.organizations import UnitFactory

UNIT = {"kind": "holiday_team", "name": "春晖小队", "established_on": "2012-03-01", "member_count": "8", "guide": "王芳"}
SCHOOL = {
    "name": "凤桥小学",
    "code": "",
    "area": "rural",
    "type": "complete",
    "strength": "average",
    "class_count": "12",
    "member_count": "480",
    "opened_on": "",
}


@pytest.fixture
def town_counselor(jiaxing):
    return jiaxing.signed_in(jiaxing.person("town_counselor", jiaxing.town()))


@pytest.fixture
def lead(jiaxing):
    return jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))


def errors(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return response.context["form"].errors


def test_town_counselor_establishes_and_dissolves(jiaxing, town_counselor):
    place = jiaxing.place()
    page = town_counselor.post(f"/organizations/{place.pk}/units/new/", UNIT, follow=True)
    assert page.redirect_chain == [(f"/organizations/{place.pk}/", 302)]
    unit = PioneerUnit.objects.get(organization=place)
    assert (unit.name, unit.member_count, unit.established_on) == ("春晖小队", 8, date(2012, 3, 1))
    asked = town_counselor.get(f"/organizations/units/{unit.pk}/dissolve/").content.decode()
    assert f"{place}将不再计入组织覆盖" in asked
    done = town_counselor.post(f"/organizations/units/{unit.pk}/dissolve/", {"dissolved_on": "2013-05-01"}, follow=True)
    assert "“春晖小队”已于 2013-05-01 撤销。" in done.content.decode()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": ""}, {"kind": ["请选择类别。"]}),
        ({"name": " "}, {"name": ["请填写名称。"]}),
        ({"established_on": ""}, {"established_on": ["请填写成立日期。"]}),
        ({"established_on": "1212-03-01"}, {"established_on": ["日期不能早于建队日（1949-10-13），请核对年份。"]}),
        ({"established_on": f"{timezone.localdate() + timedelta(days=1)}"}, {"established_on": ["日期不能晚于今天。"]}),
        ({"member_count": ""}, {"member_count": ["请填写队员数。"]}),
        ({"member_count": "-1"}, {"member_count": ["不能小于 0。"]}),
        ({"member_count": "99999999999"}, {"member_count": ["数字过大，请核对。"]}),
    ],
)
def test_unit_is_refused_at_the_field_and_nothing_typed_is_lost(jiaxing, town_counselor, changes, expected):
    response = town_counselor.post(f"/organizations/{jiaxing.place().pk}/units/new/", {**UNIT, **changes})
    assert errors(response) == expected
    assert response.context["form"]["guide"].value() == "王芳"
    assert not PioneerUnit.objects.exists()


def test_kind_that_a_school_may_not_have_is_not_offered_nor_taken(jiaxing, lead):
    school = jiaxing.school()
    response = lead.post(f"/organizations/{school.pk}/units/new/", UNIT)
    assert [value for value, _ in response.context["form"].fields["kind"].choices] == ["brigade", "squad"]
    assert list(errors(response)) == ["kind"]


def test_name_is_the_same_with_spaces_in_it(jiaxing, town_counselor):
    UnitFactory(organization=jiaxing.place(), name="春晖小队")
    response = town_counselor.post(f"/organizations/{jiaxing.place().pk}/units/new/", {**UNIT, "name": "春晖　小队"})
    assert errors(response) == {"name": ["这里已有名为“春晖小队”的雏鹰假日小队，请核对是否重复登记。"]}


def test_dissolving_before_the_founding_is_refused_at_the_field(jiaxing, town_counselor):
    unit = UnitFactory(organization=jiaxing.place(), established_on=date(2012, 3, 1))
    response = town_counselor.post(f"/organizations/units/{unit.pk}/dissolve/", {"dissolved_on": "2012-02-01"})
    assert errors(response) == {"dissolved_on": ["撤销日期不能早于成立日期（2012-03-01）。"]}


def test_second_to_edit_a_unit_sees_the_others_words_and_decides(jiaxing, town_counselor):
    unit = UnitFactory(organization=jiaxing.place(), name="春晖小队", member_count=8)
    address = f"/organizations/units/{unit.pk}/"
    saw = town_counselor.get(address).context["form"]["seen"].value()
    units.amend(unit=unit, seen=saw, by=None, name="春晖小队", member_count=9, guide="李芳")
    mine = {"name": "春晖小队", "member_count": "7", "guide": "王芳", "seen": saw}
    response = town_counselor.post(address, mine)
    form = response.context["form"]
    assert response.status_code == 409
    assert (form["member_count"].value(), form.fields["member_count"].theirs, form.fields["guide"].theirs) == ("7", "9", "李芳")
    assert PioneerUnit.objects.get().member_count == 9
    town_counselor.post(address, {**mine, "seen": form["seen"].value()})
    assert PioneerUnit.objects.get().member_count == 7


def test_place_becomes_an_integrated_community(jiaxing, town_counselor):
    place = jiaxing.place()
    saw = seen.fingerprint(place.place, places.FACTS)
    town_counselor.post(f"/organizations/{place.pk}/area/", {"area": "integrated", "opened_on": "2010-05-01", "seen": saw})
    stored = jiaxing.place().place
    assert (stored.area, stored.opened_on) == (PlaceArea.INTEGRATED, date(2010, 5, 1))


def test_county_registers_a_school_in_a_town(jiaxing, lead):
    county, town = jiaxing.county(), jiaxing.town()
    form = lead.get(f"/organizations/{county.pk}/schools/new/?town={town.pk}").context["form"]
    assert str(form["parent"].value()) == str(town.pk)
    response = lead.post(f"/organizations/{county.pk}/schools/new/", {**SCHOOL, "parent": town.pk})
    school = School.objects.get()
    assert response.url == f"/organizations/{school.organization_id}/"
    assert (school.organization.parent, school.county, school.type, school.class_count) == (town, county, SchoolType.COMPLETE, 12)


def test_parent_of_a_school_is_of_ones_own_county(jiaxing, lead):
    response = lead.post(f"/organizations/{jiaxing.county().pk}/schools/new/", {**SCHOOL, "parent": jiaxing.town("海宁市").pk})
    assert list(errors(response)) == ["parent"]


def test_school_under_another_reporting_unit_is_refused_naming_it(jiaxing, lead):
    jiaxing.school("海宁市", name="凤桥小学")
    response = lead.post(f"/organizations/{jiaxing.county().pk}/schools/new/", {**SCHOOL, "parent": jiaxing.town().pk})
    sentence = f"“凤桥小学”已登记在海宁市{jiaxing.town('海宁市')}，一所学校只归一个报送单位。如确是另一所同名学校，请在校名前加上地名。"
    assert errors(response) == {"name": [sentence]}
    assert response.context["form"]["class_count"].value() == "12"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"area": ""}, {"area": ["请选择城乡。"]}),
        ({"type": ""}, {"type": ["请选择类型。"]}),
        ({"code": "三三零四"}, {"code": ["代码只含数字和字母，请核对。"]}),
        ({"code": "330402"}, {"code": ["这个代码已用于南湖区的“南湖区”，请核对。"]}),
        ({"class_count": ""}, {"class_count": ["请填写班级数。"]}),
    ],
)
def test_school_is_refused_at_the_field(jiaxing, lead, changes, expected):
    response = lead.post(f"/organizations/{jiaxing.county().pk}/schools/new/", {**SCHOOL, "parent": jiaxing.town().pk, **changes})
    assert errors(response) == expected
    assert not Organization.objects.named("凤桥小学").exists()


def test_counselor_keeps_the_profile_and_cannot_close_the_school(jiaxing):
    school = jiaxing.school()
    counselor = jiaxing.signed_in(jiaxing.person("school_counselor", school))
    saw = seen.fingerprint(school.school, schools.PROFILE)
    counselor.post(f"/organizations/{school.pk}/profile/", {**SCHOOL, "class_count": "19", "is_new_resident": "on", "seen": saw})
    stored = School.objects.get()
    assert (stored.class_count, stored.is_new_resident) == (19, True)
    assert counselor.get(f"/organizations/{school.pk}/close/").status_code == 403


def test_county_closes_a_school(jiaxing, lead):
    school = jiaxing.school()
    UnitFactory(organization=school, kind=UnitKind.BRIGADE)
    assert "1 个大队、中队同日撤销" in lead.get(f"/organizations/{school.pk}/close/").content.decode()
    page = lead.post(f"/organizations/{school.pk}/close/", {"closed_on": "2014-08-31"}, follow=True).content.decode()
    assert "已于 2014-08-31 撤并" in page
    assert "/units/new/" not in page
    assert lead.get("/organizations/").context["totals"].schools == 0


def test_county_closes_a_place(jiaxing, lead):
    place, before = jiaxing.place(), lead.get("/organizations/").context["totals"].places
    UnitFactory(organization=place)
    asked = lead.get(f"/organizations/{place.pk}/close/")
    assert (asked.context["view"].title, "1 个少先队组织同日撤销" in asked.content.decode()) == ("撤并村（社区）", True)
    page = lead.post(f"/organizations/{place.pk}/close/", {"closed_on": "2014-08-31"}, follow=True).content.decode()
    assert "已于 2014-08-31 撤并" in page
    assert "/units/new/" not in page
    totals = lead.get("/organizations/").context["totals"]
    assert (totals.places, totals.reached) == (before - 1, 0)


def test_town_counselor_cannot_close_a_place(jiaxing, town_counselor):
    assert f"{jiaxing.place().pk}/close/" not in town_counselor.get(f"/organizations/{jiaxing.place().pk}/").content.decode()
    assert town_counselor.post(f"/organizations/{jiaxing.place().pk}/close/", {"closed_on": "2014-08-31"}).status_code == 403


def test_town_counselor_registers_the_committee(jiaxing, town_counselor):
    town = jiaxing.town()
    address = f"/organizations/{town.pk}/units/new/"
    assert address in town_counselor.get(f"/organizations/{town.pk}/").content.decode()
    form = town_counselor.get(address).context["form"]
    assert ([value for value, _ in form.fields["kind"].choices], form["name"].value()) == (["town_committee"], f"{town}少工委")
    facts = {**UNIT, "kind": "town_committee", "name": form["name"].value()}
    page = town_counselor.post(address, facts, follow=True)
    assert [line.unit.name for line in page.context["units"].active] == [f"{town}少工委"]
    assert page.context["totals"].reached == 0
    assert address not in page.content.decode()


def test_what_was_typed_before_the_session_ended_comes_back(jiaxing):
    user, address = jiaxing.person("town_counselor", jiaxing.town()), f"/organizations/{jiaxing.place().pk}/units/new/"
    client = jiaxing.signed_in(user)
    client.get(address)
    del client.cookies["sessionid"]
    assert client.post(address, UNIT).url == f"/login/?next={address}"
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    restored = client.get(address)
    assert "登录过期前您填写的内容已恢复" in restored.content.decode()
    assert restored.context["form"]["name"].value() == "春晖小队"
    assert client.get(address).context["form"]["name"].value() is None
    assert not PioneerUnit.objects.exists()
