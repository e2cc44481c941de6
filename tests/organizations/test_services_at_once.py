"""Two people at once, in real transactions: the second waits for the first and is told what happened."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from time import monotonic, sleep

import pytest
from django.db import connection, connections

from apps.core import scope
from apps.core.errors import DomainError
from apps.coverage.models import Change
from apps.organizations.enums import Kind, SchoolArea, SchoolStrength, SchoolType, UnitKind
from apps.organizations.models import Organization, PioneerUnit, School
from apps.organizations.services import schools, units


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


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())")
        return cursor.fetchone()[0]


def at_once(first: Callable[[], object], second: Callable[[], object]) -> tuple[object, object]:
    """Run both; the first commits only when the second is waiting for it. Answers what each returned or how it was refused."""
    written, may_commit = Event(), Event()

    def run(act: Callable[[], object], *, holds: bool) -> object:
        try:
            with scope.opened(scope.EVERYTHING):
                answer = act()
                if holds:
                    written.set()
                    assert may_commit.wait(10)
                return answer
        except DomainError as error:
            return error.message
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(run, first, holds=True)
        assert written.wait(10)
        other = pool.submit(run, second, holds=False)
        deadline = monotonic() + 10
        while not somebody_waits() and monotonic() < deadline:
            sleep(0.01)
        assert not other.done()
        may_commit.set()
        return one.result(10), other.result(10)


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
        lambda: schools.close(school=school, on=date(2014, 8, 31), by=None).closed_on,
        lambda: str(units.establish(organization=school.organization, by=None, **squad)),
    )
    assert answers == (date(2014, 8, 31), "凤桥小学已于 2014-08-31 撤并，不能再设立少先队组织。")
