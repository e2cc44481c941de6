"""Two people at the same moment, in real transactions."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connections
from django.utils import timezone

from apps.core import scope
from apps.coverage.models import Change, Fact, Figure, Target, Year
from apps.notices.models import Event
from apps.organizations.models import Organization
from apps.supervision.models import SupervisionReport
from apps.years import selectors
from apps.years.models import Exemption, Extension, Window
from apps.years.selectors import KindSettings, YearSettings
from apps.years.services import closing, extensions, setting
from tests.factories.people import UserFactory
from tests.factories.together import at_once, take_out_logs

TODAY = timezone.localdate()


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        with scope.opened(scope.EVERYTHING, using="owner"):
            for model in (Year,):
                model.objects.using("owner").update(closed_at=None)
            for model in (SupervisionReport, Extension, Exemption, Window):
                for table in (model.pgh_event_model, model):
                    table.objects.using("owner").all().delete()
            for table in (Event, Fact, Figure, Change, Year.pgh_event_model, Year):
                table.objects.using("owner").all().delete()
            Target.objects.using("owner").filter(year__gt=2013).delete()
        take_out_logs()
        connections.close_all()


def county() -> Organization:
    return Organization.objects.counties()[0]


def window(year: int) -> Window:
    days = {"opens_on": date(year, 1, 1), "due_on": date(year, 12, 20), "closes_on": date(year, 12, 31)}
    return Window.objects.get_or_create(kind="supervision", year=year, defaults=days)[0]


def ask() -> str:
    by, wanted = UserFactory(name="王芳"), TODAY + timedelta(days=5)
    return str(extensions.ask(window=window(2013), organization=county(), reason="推迟。", wanted_until=wanted, by=by))


def test_same_application_twice_at_once(committed):
    with scope.opened(scope.EVERYTHING):
        window(2013)
    first, second = at_once(ask, ask)
    assert first == "南湖区申请2013年督导情况延期"
    assert str(second).startswith("王芳已于 ")
    with scope.opened(scope.EVERYTHING):
        assert Extension.objects.count() == 1


def test_granted_and_refused_at_once(committed):
    with scope.opened(scope.EVERYTHING):
        window(2013)
        ask()
        extension, officer = Extension.objects.get(), UserFactory(name="朱勇")
    first, second = at_once(
        lambda: extensions.grant(extension=extension, until=extension.wanted_until, by=officer).answer,
        lambda: extensions.refuse(extension=extension, note="不同意。", by=officer).answer,
    )
    assert first == "granted"
    assert "已办理（已批准" in str(second)


def test_same_year_opened_twice_at_once(committed):
    year = TODAY.year + 5
    days = KindSettings(date(year, 1, 1), date(year, 12, 20), date(year, 12, 31))
    with scope.opened(scope.EVERYTHING):
        seen = selectors.stored(year).fingerprint

    def save() -> int:
        setting.save(year=year, settings=YearSettings({"supervision": days}, {}), by=None, seen=seen)
        return year

    first, second = at_once(save, save)
    assert first == year
    assert str(second).startswith("在您填写期间，其他人修改了这个年度的设置")


def test_report_that_is_written_while_the_year_closes_is_closed_over_or_refused(committed):
    """The writer goes first: closing waits for it. Closing goes first: the writer waits, and is refused."""
    with scope.opened(scope.EVERYTHING):
        by, unit, its = UserFactory(), county(), window(2013)
        Year.objects.create(pk=2013)
        report = SupervisionReport.objects.create(window=its, organization=unit, county=unit, created_by=by)

    def write(title: str) -> str:
        try:
            SupervisionReport.objects.filter(pk=report.pk).update(measures_title=title)
        except IntegrityError:
            return "refused"
        return "written"

    def close() -> str:
        return str(closing.close(year=2013, by=by))

    assert at_once(lambda: write("先写"), close) == ("written", "2013年")
    with scope.opened(scope.EVERYTHING, using="owner"):
        Year.objects.using("owner").update(closed_at=None)
    assert at_once(close, lambda: write("后写")) == ("2013年", "refused")
