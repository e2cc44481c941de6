"""The way to a target: the path, the forecast, what is next, what it would change; and any day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.coverage import registry, selectors
from apps.coverage.models import Year
from apps.coverage.selectors import Ratio, days, reach
from apps.coverage.selectors.targets import Path, everything
from apps.coverage.services import figures, targets
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, PioneerUnit
from tests.factories.coverage import ExemptionFactory, counted_by_hand, set_target
from tests.factories.organizations import UnitFactory

TODAY = timezone.localdate()
YEAR = TODAY.year


@pytest.fixture
def organization(known):
    return known["organization"]


def at(node, user, indicator):
    figures.settle(today=TODAY)
    overview = selectors.overview(node=node, year=YEAR, user=user)
    return overview, overview.measure(indicator.key)


def test_the_path_goes_evenly_from_target_to_target_by_its_steps():
    path = Path(((date(2012, 12, 31), Decimal(50)), (date(2013, 6, 30), Decimal(70)), (date(2013, 12, 31), Decimal(80))))
    asked = [path.on(day) for day in (date(2012, 12, 31), date(2013, 4, 1), date(2013, 6, 30), date(2013, 9, 30), date(2013, 12, 31))]
    assert asked == [Decimal(50), Decimal("60.06"), Decimal(70), Decimal("75.00"), Decimal(80)]


def test_a_countys_own_steps_go_before_the_citys(jiaxing, organization):
    county = jiaxing.county()
    set_target("organization", 2013, "60", county=county)
    targets.add_step(indicator=organization, due_on=date(2013, 6, 30), percent=Decimal(70))
    targets.add_step(indicator=organization, due_on=date(2013, 6, 30), percent=Decimal(55), county=county)

    found = everything()
    assert found.path("organization", 2013, None).on(date(2013, 6, 30)) == Decimal(70)
    assert found.path("organization", 2013, county.pk).on(date(2013, 6, 30)) == Decimal(55)
    assert found.path("organization", 2013, county.pk).on(date(2013, 12, 31)) == Decimal(60)
    assert found.path("nothing", 2013, None) is None


def test_no_step_asks_a_county_for_more_than_its_own_target(jiaxing, organization):
    county = jiaxing.county()
    set_target("organization", 2013, "40", county=county)
    targets.add_step(indicator=organization, due_on=date(2013, 6, 30), percent=Decimal(70))
    assert everything().path("organization", 2013, county.pk).on(date(2013, 6, 30)) == Decimal(40)
    assert everything().path("organization", 2013, None).on(date(2013, 6, 30)) == Decimal(70)


def test_the_light_follows_the_path_and_not_only_the_end(jiaxing, organization, officer):
    year = Year(pk=2013, computed_on=date(2013, 6, 30))
    found = {}
    for covered in (66, 65, 56, 54, 85):
        stored = {(2013, "organization", ""): Ratio(covered, 100)}
        measure = selectors.measure_of(organization, jiaxing.city, year, stored, everything())
        found[covered] = (measure.tone, measure.behind)
    asked = everything().path("organization", 2013, None).on(date(2013, 6, 30))
    assert asked == Decimal("64.88")
    assert found == {66: ("success", 0), 65: ("success", 0), 56: ("warning", 9), 54: ("danger", 11), 85: ("success", 0)}


def test_any_day_is_counted_from_the_registers_as_by_hand(jiaxing, organization):
    place, other = jiaxing.place(number=0), jiaxing.place(number=1)
    UnitFactory(organization=place, established_on=date(2013, 3, 1), dissolved_on=date(2014, 3, 1))
    UnitFactory(organization=other, established_on=date(2013, 9, 1))
    ExemptionFactory(organization=other, since=date(2014, 1, 1))
    asked = [date(2013, 2, 28), date(2013, 3, 1), date(2013, 12, 31), date(2014, 1, 1), date(2014, 3, 1)]

    for node in (jiaxing.city, jiaxing.county(), jiaxing.town()):
        by_hand = [Ratio(*counted_by_hand(day)[node.pk, ""]) for day in asked]
        assert days.over(indicator=organization, node=node, days=asked) == by_hand
    assert [ratio.covered for ratio in days.over(indicator=organization, node=jiaxing.town(), days=asked)] == [0, 1, 2, 1, 0]


@pytest.mark.parametrize("day", [date(2013, 6, 1), date(2014, 6, 1)])
def test_a_days_figure_opens_into_its_rows_and_its_nodes(jiaxing, organization, officer, day):
    UnitFactory(organization=jiaxing.place(), established_on=date(2013, 3, 1), dissolved_on=date(2014, 3, 1))
    ExemptionFactory(organization=jiaxing.place(number=1))
    node = jiaxing.county()

    (ratio,) = days.over(indicator=organization, node=node, days=[day])
    rows = list(days.rows(indicator=organization, node=node, day=day, user=officer))
    below = days.below(indicator=organization, node=node, day=day)

    assert Ratio(sum(row.covered for row in rows), len(rows)) == ratio
    assert Ratio(sum(row.ratio.covered for row in below), sum(row.ratio.total for row in below)) == ratio
    assert {row.node.kind for row in below} == {Kind.TOWN}


def test_the_course_ends_in_the_figure_itself(jiaxing, organization, officer):
    UnitFactory(organization=jiaxing.place(), established_on=date(YEAR, 1, 15))
    overview, measure = at(jiaxing.city, officer, organization)

    course = reach.course(overview=overview, measure=measure, today=TODAY)

    assert course.points[0].day == date(YEAR - 1, 12, 31)
    assert (course.points[0].ratio.covered, course.points[1].ratio.covered) == (0, 1)
    assert (course.points[-1].day, course.points[-1].ratio) == (TODAY, measure.ratio)
    assert course.forecast is None  # one change is no pace


def test_a_steady_pace_is_foretold_exactly_and_an_unsteady_one_with_a_wider_range():
    now, until = Ratio(60, 100), TODAY + reach.STEP * 3
    steady = reach.forecast([*range(24, 61, 3)], now, today=TODAY, until=until)
    assert (steady.low, steady.likely, steady.high) == (Ratio(69, 100), Ratio(69, 100), Ratio(69, 100))
    unsteady = reach.forecast([24, 24, 24, 36, 36, 36, 36, 48, 48, 48, 54, 54, 60], now, today=TODAY, until=until)
    assert unsteady.likely == Ratio(69, 100)
    assert unsteady.low.covered < 69 < unsteady.high.covered


@pytest.mark.parametrize(
    ("counts", "now", "ahead"),
    [([60] * 13, Ratio(60, 100), 3), ([*range(24, 61, 3)], Ratio(100, 100), 3), ([*range(24, 61, 3)], Ratio(60, 100), 0)],
    ids=["nothing happened", "all is done", "the year is over"],
)
def test_nothing_is_foretold_without_ground(counts, now, ahead):
    assert reach.forecast(counts, now, today=TODAY, until=TODAY + reach.STEP * ahead) is None


def test_a_forecast_stays_between_nothing_and_all():
    found = reach.forecast([0, 0, 0, 0, 90, 90, 90, 10, 10, 10, 95, 95, 95], Ratio(95, 100), today=TODAY, until=TODAY + timedelta(days=300))
    assert (found.low.covered, found.high.covered) == (0, 100)


def test_places_beside_a_school_with_a_brigade_come_first_then_what_was_once_reached(jiaxing, organization, officer):
    school = jiaxing.school()
    town = school.parent
    UnitFactory(organization=school, kind="brigade")
    once = Organization.objects.of_kind(Kind.PLACE).exclude(parent=town).order_by("pk").first()
    PioneerUnit.objects.bulk_create([UnitFactory.build(organization=once, county_id=once.county_id, dissolved_on=TODAY)])
    overview, _ = at(jiaxing.city, officer, organization)

    found = list(reach.candidates(overview=overview, indicator=organization, user=officer))

    in_town = Organization.objects.children_of(town, Kind.PLACE).count()
    assert {fact.organization.parent_id for fact in found[:in_town]} == {town.pk}
    assert found[in_town].organization_id == once.pk
    assert [fact.ease for fact in found] == [0] * in_town + [1] + [2] * (len(found) - in_town - 1)


def test_what_if_changes_every_level_on_the_page_and_nothing_in_the_database(jiaxing, organization, officer):
    overview, measure = at(jiaxing.city, officer, organization)
    taken = list(reach.candidates(overview=overview, indicator=organization, user=officer)[: measure.gap])

    steps = reach.what_if(overview=overview, indicator=organization, taken=taken, user=officer)

    assert (steps[0].node, steps[0].now.gap, steps[0].then.gap) == (jiaxing.city, measure.gap, 0)
    counties = [step for step in steps if step.node.kind == Kind.COUNTY]
    assert sum(step.then.ratio.covered for step in counties) == steps[0].then.ratio.covered == measure.gap
    assert figures.recompute(today=TODAY) == {YEAR: 0}


def test_the_page_tries_what_is_ticked(jiaxing, organization, officer):
    client = jiaxing.signed_in(officer)
    address = f"/coverage/{jiaxing.county().pk}/progress/?indicator=organization"
    text = client.get(f"{address}&first=2").content.decode()
    assert "试算：勾选的 2 个村（社区）都已覆盖以后" in text
    assert text.count('name="take"') == 60
    assert text.count(" checked>") == 2
    assert client.get(f"{address}&take=x&take=999999999999999999999&first=-1").status_code == 200


def test_a_trial_goes_as_far_up_as_its_reader_sees_and_further_for_whoever_gets_the_address(jiaxing, organization, officer):
    town, county = jiaxing.town(), jiaxing.county()
    address = f"/coverage/{town.pk}/progress/?indicator=organization&first=2"
    levels = {
        "town_counselor": [town],
        "county_lead": [county, town],
        "city_officer": [jiaxing.city, county, town],
    }
    for role, seen in levels.items():
        answer = jiaxing.signed_in(jiaxing.person(role, seen[0])).get(address)
        assert [step.node for step in answer.context["steps"]] == seen
        told = f"您的角色看不到上级的数字，这里只试算到{seen[0]}。"
        assert (told in answer.content.decode()) is (seen[0] != jiaxing.city)
        assert ("1,202" in answer.content.decode()) is (seen[0] == jiaxing.city)


@pytest.mark.parametrize("asked", ["2011-12-31", "9999-12-31", "昨天", ""])
def test_a_day_that_cannot_be_counted_is_refused_in_words(jiaxing, officer, asked):
    text = jiaxing.signed_in(officer).get(f"/coverage/{jiaxing.city.pk}/day/?day={asked}").content.decode()
    assert any(words in text for words in ("请填写 2012-01-01 至今天之间的日期。", "请填写正确的日期", "请填写日期。"))


def test_the_page_of_a_day_exports_its_rows(jiaxing, officer):
    client = jiaxing.signed_in(officer)
    page = client.get(f"/coverage/{jiaxing.county().pk}/day/?indicator=organization&day=2013-06-01")
    assert "0 / 123 个村（社区）" in page.content.decode()
    file = client.get(f"/coverage/{jiaxing.county().pk}/day/?indicator=organization&day=2013-06-01&export=csv&table=listed")
    assert len(b"".join(file.streaming_content).decode("utf-8-sig").strip().splitlines()) == 124


def test_another_rule_from_a_day_on_counts_from_that_day(jiaxing, known, organization, officer):
    """A figure of a past day is counted by the rule of that day, and shown with its words."""
    newer = registry.Rule(
        since=date(2014, 1, 1),
        definition="只计大队。",
        universe=organization.rules[0].universe,
        covered=lambda day: organization.rules[0].covered(day).filter(kind="brigade"),
    )
    known["organization"] = both = registry.Indicator(**{**vars(organization), "rules": (*organization.rules, newer)})
    UnitFactory(organization=jiaxing.place(), kind="squad", established_on=date(2013, 1, 1))
    counted = days.over(indicator=both, node=jiaxing.city, days=[date(2013, 12, 31), date(2014, 1, 1)])
    assert [ratio.covered for ratio in counted] == [1, 0]
    _, measure = at(jiaxing.city, officer, both)
    assert (measure.ratio.covered, measure.definition) == (0, "只计大队。")
