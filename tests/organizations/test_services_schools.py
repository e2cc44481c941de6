from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core import scope, seen
from apps.core.errors import Conflict, DomainError
from apps.organizations.enums import SchoolArea, SchoolStrength, SchoolType, UnitKind
from apps.organizations.grants import whole_scope
from apps.organizations.models import Organization, PioneerUnit, School
from apps.organizations.services import profiles, schools
from tests.factories.organizations import UnitFactory

PROFILE = {
    "area": SchoolArea.RURAL,
    "type": SchoolType.COMPLETE,
    "strength": SchoolStrength.AVERAGE,
    "is_new_resident": False,
    "class_count": 12,
    "member_count": 480,
    "opened_on": date(2012, 9, 1),
}


def register(parent, name="凤桥小学", code=None, **changes) -> School:
    return schools.register(parent=parent, name=name, code=code, by=None, **{**PROFILE, **changes})


def refusal(call, **facts) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as caught:
        call(**facts)
    return caught.value.message, caught.value.field


def test_school_stands_under_its_town_and_belongs_to_its_county(jiaxing):
    school = register(jiaxing.town(), code="3304001")
    assert (school.organization.parent, school.organization.county, school.county) == (jiaxing.town(), jiaxing.county(), jiaxing.county())
    assert school.organization.code == "3304001"


def test_school_may_stand_directly_under_a_reporting_unit(jiaxing):
    assert register(jiaxing.county("市教育局团委")).organization.parent == jiaxing.county("市教育局团委")


def test_same_school_twice_is_refused_at_the_name(jiaxing):
    register(jiaxing.town())
    assert refusal(register, parent=jiaxing.town()) == (f"南湖区{jiaxing.town()}已有“凤桥小学”，请勿重复登记。", "name")


def test_school_of_another_reporting_unit_is_refused_naming_it(jiaxing):
    """The one who registers sees their own county alone; names are a public directory."""
    register(jiaxing.town("海宁市"))
    lead = jiaxing.person("county_lead", jiaxing.county())
    with scope.opened(whole_scope(lead)):
        sentence = f"“凤桥小学”已登记在海宁市{jiaxing.town('海宁市')}，一所学校只归一个报送单位。如确是另一所同名学校，请在校名前加上地名。"
        assert refusal(register, parent=jiaxing.town()) == (sentence, "name")


def test_code_in_use_is_refused_naming_its_holder(jiaxing):
    register(jiaxing.county("海宁市"), code="3304001")
    assert refusal(register, parent=jiaxing.town(), name="另一小学", code="3304001") == (
        "这个代码已用于海宁市的“凤桥小学”，请核对。",
        "code",
    )


def test_county_cannot_register_below_another(jiaxing):
    lead, town = jiaxing.person("county_lead", jiaxing.county()), jiaxing.town("海宁市")
    with pytest.raises(Exception, match="row-level security"), scope.opened(whole_scope(lead)):
        register(town)


def test_second_of_two_who_edit_a_profile_is_told(jiaxing):
    school = register(jiaxing.town())
    saw = seen.fingerprint(school, schools.PROFILE)
    schools.amend(school=school, seen=saw, by=None, **{**PROFILE, "class_count": 13})
    with pytest.raises(Conflict):
        schools.amend(school=school, seen=saw, by=None, **{**PROFILE, "class_count": 11})
    assert School.objects.get(pk=school.pk).class_count == 13


def test_closing_ends_brigade_and_squads_on_the_same_day(jiaxing):
    school = register(jiaxing.town())
    for kind, name in ((UnitKind.BRIGADE, "大队"), (UnitKind.SQUAD, "一（1）中队")):
        UnitFactory(organization=school.organization, kind=kind, name=name, established_on=date(2012, 9, 1))
    profiles.close(profile=school, on=date(2014, 8, 31), by=None)
    assert set(PioneerUnit.objects.filter(organization=school.organization).values_list("dissolved_on", flat=True)) == {date(2014, 8, 31)}
    assert refusal(profiles.close, profile=school, on=date(2014, 8, 31), by=None) == ("凤桥小学已于 2014-08-31 撤并，不能再修改。", None)


def test_closing_day_is_not_before_opening_nor_after_today(jiaxing):
    school = register(jiaxing.town())
    assert refusal(profiles.close, profile=school, on=date(2012, 8, 31), by=None) == (
        "撤并日期不能早于建校日期（2012-09-01）。",
        "closed_on",
    )
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert refusal(profiles.close, profile=school, on=tomorrow, by=None) == ("撤并日期不能晚于今天。", "closed_on")
    UnitFactory(organization=school.organization, kind=UnitKind.BRIGADE, name="大队", established_on=date(2013, 1, 1))
    assert refusal(profiles.close, profile=school, on=date(2012, 12, 31), by=None) == (
        "“大队”成立于 2013-01-01，撤并日期不能早于这一天。",
        "closed_on",
    )


def test_database_refuses_a_school_closed_before_it_opened(jiaxing):
    school = register(jiaxing.town())
    with pytest.raises(IntegrityError, match="school_closed_after_opened"), transaction.atomic():
        School.objects.filter(pk=school.pk).update(closed_on=date(2012, 8, 31))


def test_nothing_is_left_of_a_registration_that_failed(jiaxing):
    with pytest.raises(Exception, match="opened_on"):
        register(jiaxing.town(), opened_on=timezone.localdate() + timedelta(days=1))
    assert not Organization.objects.named("凤桥小学").exists()
