from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.coverage.models import Fact
from apps.coverage.services import figures
from apps.plans import indicators, services
from apps.plans.models import Plan
from apps.years.models import Exemption, Window
from apps.years.services import extensions
from tests.factories import years
from tests.factories.people import UserFactory
from tests.factories.plans import PlanFactory, WindowFactory

DUE = date(2013, 4, 10)
END = date(2013, 12, 31)
DAYS = {"year": 2013, "opens_on": date(2013, 1, 1), "due_on": DUE, "closes_on": END}


def keys(rows) -> set[int]:
    return {row["organization_id"] for row in rows}


def at(day: date, moment: time = time(12)) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))


@pytest.fixture
def window_2013(jiaxing) -> Window:
    return WindowFactory(**DAYS)


def handed_in(unit, window, moment: datetime, state: str = State.SUBMITTED) -> Plan:
    """A plan that came at a moment, and what became of it."""
    by = UserFactory()
    return PlanFactory(organization=unit, window=window, state=state, submitted_at=moment, submitted_by=by, created_by=by)


def test_every_reporting_unit_is_asked_that_is_not_exempted(jiaxing, window_2013):
    exempted = jiaxing.county("港区")
    Exemption.objects.create(window=window_2013, organization=exempted, county=exempted, reason="本年度合并上报。")
    rows = list(indicators.asked(END))
    assert (len(rows), exempted.pk in keys(rows)) == (9, False)
    assert {"organization_id": jiaxing.county().pk, "county_id": jiaxing.county().pk} in rows


def test_a_year_without_a_window_asks_nobody(jiaxing, window_2013):
    years.WindowFactory(kind="supervision", year=2014)
    assert keys(indicators.asked(date(2014, 12, 31))) == keys(indicators.asked(date(2012, 12, 31))) == set()


def test_an_exemption_from_another_years_plan_exempts_from_that_one_alone(jiaxing, window_2013):
    later = WindowFactory(year=2014, opens_on=date(2014, 1, 1), due_on=date(2014, 4, 10), closes_on=date(2014, 12, 31))
    unit = jiaxing.county("港区")
    Exemption.objects.create(window=later, organization=unit, county=unit, reason="本年度合并上报。")
    assert (len(keys(indicators.asked(END))), len(keys(indicators.asked(date(2014, 12, 31))))) == (10, 9)


def test_on_time_ends_with_the_due_day(jiaxing, window_2013):
    punctual, late = jiaxing.county("南湖区"), jiaxing.county("秀洲区")
    handed_in(punctual, window_2013, at(DUE, time.max))
    handed_in(late, window_2013, at(DUE + timedelta(days=1), time.min))
    assert keys(indicators.on_time(END)) == {punctual.pk}


def test_a_plan_counts_from_the_day_it_came(jiaxing, window_2013):
    handed_in(jiaxing.county(), window_2013, at(date(2013, 3, 20), time.min))
    assert keys(indicators.on_time(date(2013, 3, 19))) == set()
    assert keys(indicators.on_time(date(2013, 3, 20))) == {jiaxing.county().pk}


@pytest.mark.parametrize("state", [State.RETURNED, State.APPROVED])
def test_what_became_of_it_afterwards_makes_no_difference(jiaxing, window_2013, state):
    handed_in(jiaxing.county(), window_2013, at(DUE), state)
    assert keys(indicators.on_time(END)) == {jiaxing.county().pk}


def test_a_draft_does_not_count(jiaxing, window_2013):
    PlanFactory(organization=jiaxing.county(), window=window_2013)
    assert keys(indicators.on_time(END)) == set()


def test_a_plan_counts_in_its_own_year(jiaxing, window_2013):
    later = WindowFactory(year=2014, opens_on=date(2014, 1, 1), due_on=date(2014, 4, 10), closes_on=date(2014, 12, 31))
    handed_in(jiaxing.county(), later, at(date(2013, 12, 30)))
    assert keys(indicators.on_time(date(2013, 12, 31))) == set()
    assert keys(indicators.on_time(date(2014, 12, 31))) == {jiaxing.county().pk}


def test_more_time_makes_no_late_plan_punctual(jiaxing, lead, officer):
    """The whole way: asked, granted, handed in within the time that was granted."""
    today = timezone.localdate()
    window = WindowFactory(year=today.year, ends=-30)
    until = today + timedelta(days=5)
    extension = extensions.ask(window=window, organization=jiaxing.county(), reason="培训推迟。", wanted_until=until, by=lead)
    extensions.grant(extension=extension, until=until, by=officer)
    plan = PlanFactory(organization=jiaxing.county(), window=window)
    services.submit(report=plan, by=lead, version=plan.version)
    assert keys(indicators.on_time(today)) == set()


def standing(year: int) -> dict[int, bool]:
    """Whose plan the figures know of, and whether it was on time."""
    figures.settle()
    return dict(Fact.objects.filter(year=year, indicator="plans_on_time").values_list("organization", "covered"))


def test_a_window_that_is_set_or_moved_is_in_the_figures_at_once(jiaxing, lead):
    today = timezone.localdate()
    assert standing(today.year) == {}
    window = WindowFactory(year=today.year)
    assert list(standing(today.year).values()) == [False] * 10
    plan = PlanFactory(organization=jiaxing.county(), window=window)
    services.submit(report=plan, by=lead, version=plan.version)
    assert standing(today.year)[jiaxing.county().pk]
    window.opens_on = window.due_on = today - timedelta(days=1)
    window.save()
    assert not standing(today.year)[jiaxing.county().pk]
    Exemption.objects.create(window=window, organization=jiaxing.county("港区"), county=jiaxing.county("港区"), reason="合并上报。")
    assert len(standing(today.year)) == 9
    assert figures.recompute()[today.year] == 0
