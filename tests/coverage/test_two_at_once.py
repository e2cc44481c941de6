"""Two readers and a writer on connections of their own. What they commit is taken out again by the owner of the tables."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from time import monotonic, sleep

import pytest
from django.db import connection, connections

from apps.core import scope
from apps.coverage.models import Change, Fact, Figure, Year
from apps.coverage.services import figures
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, PioneerUnit
from tests.factories.organizations import UnitFactory

TODAY = date(2026, 11, 24)


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        with scope.opened(scope.EVERYTHING, using="owner"):
            for model in (PioneerUnit, PioneerUnit.pgh_event_model, Change, Fact, Figure, Year, Year.pgh_event_model):
                model.objects.using("owner").all().delete()
            Change.objects.using("owner").all().delete()  # the units' own going was noted too
        connections.close_all()


def city_figure() -> tuple[int, int]:
    with scope.opened(scope.EVERYTHING):
        row = Figure.objects.of(year=2026, indicator="organization").whole().get(organization__kind=Kind.CITY)
        return row.covered, row.total


def establish(number: int) -> None:
    with scope.opened(scope.EVERYTHING):
        UnitFactory(organization=Organization.objects.of_kind(Kind.PLACE).order_by("pk")[number])


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE locktype = 'advisory' AND NOT granted AND datname = current_database())"
        )
        return cursor.fetchone()[0]


def test_a_change_is_added_once_and_none_is_lost(committed):
    figures.settle(today=TODAY)
    establish(0)
    settled, may_commit = Event(), Event()

    def first_reader() -> tuple[int, int]:
        with scope.opened(scope.EVERYTHING):
            figures.settle(today=TODAY)
            settled.set()
            assert may_commit.wait(10)
            answer = city_figure()
        connections.close_all()
        return answer

    def second_reader() -> tuple[int, int]:
        figures.settle(today=TODAY)
        answer = city_figure()
        connections.close_all()
        return answer

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(first_reader)
        assert settled.wait(10)
        establish(1)  # no writer waits for a reader
        second = pool.submit(second_reader)
        deadline = monotonic() + 10
        while not somebody_waits() and monotonic() < deadline:
            sleep(0.01)
        may_commit.set()

        assert first.result(10) == (1, 1202)
        assert second.result(10) == (2, 1202)
    assert figures.recompute(today=TODAY) == {2026: 0}
