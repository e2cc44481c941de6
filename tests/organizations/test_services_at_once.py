"""Two people at once, in real transactions: the second waits for the first and is told what happened."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connections

from apps.core import scope
from apps.coverage.models import Change
from apps.organizations.enums import Kind, SchoolArea, SchoolStrength, SchoolType, UnitKind
from apps.organizations.models import Organization, PioneerUnit, School
from apps.organizations.services import profiles, schools, units
from tests.factories.together import at_once


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """What the test commits is taken out again by the owner of the tables."""
    with django_db_blocker.unblock():
        yield
        with scope.opened(scope.EVERYTHING, using="owner"):
            for model in (PioneerUnit, PioneerUnit.pgh_event_model, School, School.pgh_event_model, Change):
                model.objects.using("owner").all().delete()
            for model in (Organization.pgh_event_model, Organization):
                model.objects.using("owner").filter(kind=Kind.SCHOOL).delete()
        connections.close_all()


def place() -> Organization:
    with scope.opened(scope.EVERYTHING):
        return Organization.objects.of_kind(Kind.PLACE).order_by("pk")[0]


def town(number: int) -> Organization:
    with scope.opened(scope.EVERYTHING):
        return Organization.objects.of_kind(Kind.TOWN).select_related("county").order_by("pk")[number]


def establish() -> str:
    facts = {"kind": UnitKind.HOLIDAY_TEAM, "name": "春晖小队", "established_on": date(2012, 3, 1)}
    return str(units.establish(organization=place(), by=None, **facts))


def register(parent: Organization) -> str:
    profile = {"area": SchoolArea.RURAL, "type": SchoolType.CENTRAL, "strength": SchoolStrength.STRONG, "class_count": 6}
    return str(schools.register(parent=parent, name="凤桥小学", code=None, by=None, **profile))


def test_same_unit_established_twice_at_once(committed):
    assert at_once(establish, establish) == ("春晖小队", "这里已有名为“春晖小队”的雏鹰假日小队，请核对是否重复登记。")


def test_same_unit_dissolved_twice_at_once(committed):
    with scope.opened(scope.EVERYTHING):
        establish()
        unit = PioneerUnit.objects.get()
    answers = at_once(
        lambda: units.dissolve(unit=unit, on=date(2013, 1, 1), by=None).dissolved_on,
        lambda: units.dissolve(unit=unit, on=date(2014, 1, 1), by=None).dissolved_on,
    )
    assert answers == (date(2013, 1, 1), "“春晖小队”已于 2013-01-01 撤销，无需再办理。")


def test_same_school_registered_by_two_reporting_units_at_once(committed):
    first, last = town(0), town(71)
    assert first.county != last.county
    name, sentence = at_once(lambda: register(first), lambda: register(last))
    assert name == "凤桥小学"
    assert sentence == f"“凤桥小学”已登记在{first.county}{first}，一所学校只归一个报送单位。如确是另一所同名学校，请在校名前加上地名。"


def test_school_closed_while_a_squad_is_established(committed):
    with scope.opened(scope.EVERYTHING):
        register(town(0))
        school = School.objects.select_related("organization").get()
    squad = {"kind": UnitKind.SQUAD, "name": "一（1）中队", "established_on": date(2012, 9, 1)}
    answers = at_once(
        lambda: profiles.close(profile=school, on=date(2014, 8, 31), by=None).closed_on,
        lambda: str(units.establish(organization=school.organization, by=None, **squad)),
    )
    assert answers == (date(2014, 8, 31), "凤桥小学已于 2014-08-31 撤并，不能再设立少先队组织。")
