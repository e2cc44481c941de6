from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.errors import DomainError
from apps.coverage.models import Change, Fact, Figure, Year
from apps.coverage.services import figures
from apps.coverage.tasks import recompute
from apps.coverage.triggers import EVERYTHING, MANY
from apps.organizations.enums import Kind, PlaceArea
from apps.organizations.models import Organization, PioneerUnit, Place
from apps.organizations.services import tree, units
from apps.organizations.services.tree import Division
from tests.factories.coverage import counted_by_hand, facts_of, figures_of, open_year
from tests.factories.organizations import UnitFactory

TODAY = date(2026, 11, 24)


@pytest.fixture
def settled(jiaxing):
    figures.settle(today=TODAY)
    return jiaxing


def city_figure(jiaxing, year=2026):
    row = Figure.objects.of(year=year, indicator="organization").whole().get(organization=jiaxing.city)
    return row.covered, row.total


def test_the_first_reading_opens_the_running_year(settled):
    assert list(Year.objects.values_list("year", "computed_on", "drift")) == [(2026, TODAY, 0)]
    assert city_figure(settled) == (0, 1202)
    assert figures_of(2026) == counted_by_hand(TODAY)


def test_a_unit_is_counted_at_every_level_above_it(settled):
    place = settled.place()

    units.establish(organization=place, by=None, kind="holiday_team", name="小队", established_on=TODAY)
    figures.settle(today=TODAY)

    covered = {row.organization_id for row in Figure.objects.of(year=2026, indicator="organization") if row.covered}
    assert covered == set(place.line[:-1])
    assert city_figure(settled) == (1, 1202)


def test_a_second_unit_at_a_place_counts_once(settled):
    UnitFactory.create_batch(2, organization=settled.place())
    figures.settle(today=TODAY)

    assert city_figure(settled) == (1, 1202)


def test_a_list_of_thousands_leaves_one_note_and_no_drift(settled):
    """A province beside the city: its figures stand at every level of it."""
    lines = [
        Division(Kind.CITY, "浙江省", "33"),
        Division(Kind.CITY, "杭州市", "3301", "33"),
        Division(Kind.COUNTY, "上城区", "330102", "3301"),
        Division(Kind.TOWN, "湖滨街道", "330102003", "330102"),
        *(Division(Kind.PLACE, f"第{n}社区", None, "330102003", PlaceArea.URBAN) for n in range(MANY + 1)),
    ]
    tree.load(divisions=lines, by=None)
    assert list(Change.objects.values_list("source", flat=True)) == [EVERYTHING] * 2  # the tree's, and the places'
    UnitFactory(organization=Organization.objects.get(name="第7社区"))
    figures.settle(today=TODAY)

    for code in ("33", "3301", "330102", "330102003"):
        row = Figure.objects.of(year=2026, indicator="organization").whole().get(organization__code=code)
        assert (row.covered, row.total) == (1, MANY + 1)
    assert figures_of(2026) == counted_by_hand(TODAY)
    assert Year.objects.get().drift == 0


def test_a_unit_at_a_school_covers_no_place(settled):
    UnitFactory(organization=settled.school())
    figures.settle(today=TODAY)

    assert city_figure(settled) == (0, 1202)


def test_a_dissolved_unit_no_longer_counts(settled):
    unit = UnitFactory(organization=settled.place())
    figures.settle(today=TODAY)

    units.dissolve(unit=unit, on=TODAY, by=None)
    figures.settle(today=TODAY)

    assert city_figure(settled) == (0, 1202)
    assert figures_of(2026) == counted_by_hand(TODAY)


def test_raw_sql_and_bulk_writes_are_noticed(settled):
    first, second = settled.place(), settled.place("海宁市")
    PioneerUnit.objects.bulk_create(UnitFactory.build_batch(1, organization=first))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organizations_pioneerunit (organization_id, county_id, kind, name, member_count, guide, established_on) "
            "VALUES (%s, %s, 'brigade', '大队', 0, '', '2012-01-01')",
            [second.pk, second.county_id],
        )
    figures.settle(today=TODAY)
    assert city_figure(settled) == (2, 1202)

    PioneerUnit.objects.update(dissolved_on=date(2020, 1, 1))
    figures.settle(today=TODAY)
    assert city_figure(settled) == (0, 1202)


def test_a_place_that_changes_its_area_changes_the_breakdown(settled):
    place = settled.place()
    Place.objects.filter(organization=place).update(area=PlaceArea.INTEGRATED)
    figures.settle(today=TODAY)

    changed = Figure.objects.of(year=2026, indicator="organization").filter(part=PlaceArea.INTEGRATED)
    assert {row.organization_id: (row.covered, row.total) for row in changed} == dict.fromkeys(place.line[:-1], (0, 1))
    assert figures_of(2026) == counted_by_hand(TODAY)


def test_a_moved_town_takes_its_figures_along(settled):
    town, target = settled.town(), settled.county("秀洲区")
    UnitFactory(organization=settled.place())
    figures.settle(today=TODAY)

    town.parent = target
    town.save()
    figures.settle(today=TODAY)

    assert figures_of(2026) == counted_by_hand(TODAY)
    town.refresh_from_db()
    figure = Figure.objects.of(year=2026, indicator="organization").whole().get(organization=town)
    assert (figure.county_id, figure.path) == (target.pk, town.path)
    assert figures.recompute(today=TODAY) == {2026: 0}


def test_nothing_is_counted_again_when_nothing_was_written(settled, django_assert_num_queries):
    with django_assert_num_queries(6):  # savepoint, scope read and set, the question, scope back, release
        figures.settle(today=TODAY)


def test_a_change_is_settled_in_a_constant_number_of_statements(settled, django_assert_num_queries):
    UnitFactory(organization=settled.place())
    with django_assert_num_queries(10):
        figures.settle(today=TODAY)
    UnitFactory.create_batch(3, organization=settled.place("海宁市"))
    with django_assert_num_queries(10):
        figures.settle(today=TODAY)


def test_a_new_day_counts_what_begins_on_it(settled):
    UnitFactory(organization=settled.place(), established_on=date(2026, 11, 25))
    figures.settle(today=TODAY)
    assert city_figure(settled) == (0, 1202)

    figures.settle(today=date(2026, 11, 25))

    assert city_figure(settled) == (1, 1202)
    assert Year.objects.get(pk=2026).drift == 0


def test_a_past_year_is_counted_as_of_its_last_day(settled):
    open_year(2013)
    UnitFactory(organization=settled.place(number=0), established_on=date(2013, 12, 31))
    UnitFactory(organization=settled.place(number=1), established_on=date(2014, 1, 1))
    figures.settle(today=TODAY)

    assert city_figure(settled, 2013) == (1, 1202)
    assert city_figure(settled) == (2, 1202)


def test_a_closed_year_keeps_its_figures_and_its_tree(settled):
    unit = UnitFactory(organization=settled.place())
    figures.close(year=open_year(2013), by=None, today=TODAY)
    kept, listed = figures_of(2013), facts_of(2013)

    PioneerUnit.objects.filter(pk=unit.pk).update(established_on=date(2020, 1, 1))
    town = settled.town()
    town.parent = settled.county("秀洲区")
    town.save()
    figures.settle(today=TODAY)
    recompute()

    assert figures_of(2013) == kept
    assert facts_of(2013) == listed
    assert figures_of(2026) == counted_by_hand(TODAY)


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: rows.update(covered=1),
        lambda rows: rows.delete(),
        lambda rows: rows.model.objects.bulk_create([_copy(rows[0])]),
    ],
    ids=["update", "delete", "insert"],
)
@pytest.mark.parametrize("model", [Fact, Figure])
def test_the_database_refuses_writes_to_a_closed_year(settled, model, write):
    figures.close(year=open_year(2013), by=None, today=TODAY)

    with pytest.raises(IntegrityError, match="the year is closed"), transaction.atomic():
        write(model.objects.filter(year=2013))


def _copy(row):
    row.pk, row.indicator = None, "other"
    return row


def test_a_year_that_runs_cannot_be_closed(settled):
    with pytest.raises(DomainError, match="2026年尚未结束，2027年1月1日起可以关闭。"):
        figures.close(year=Year.objects.get(pk=2026), by=None, today=TODAY)


def test_a_year_is_closed_once(settled):
    year = figures.close(year=open_year(2013), by=None, today=TODAY)
    with pytest.raises(DomainError, match="2013年已经关闭。"):
        figures.close(year=year, by=None, today=TODAY)


def test_drift_is_put_right_and_reported(settled, caplog):
    figure = Figure.objects.of(year=2026, indicator="organization").whole().get(organization=settled.city)
    Figure.objects.filter(pk=figure.pk).update(covered=7)
    Fact.objects.filter(organization=settled.place()).update(covered=True)

    assert figures.recompute(today=TODAY) == {2026: 2}

    assert city_figure(settled) == (0, 1202)
    assert Year.objects.get(pk=2026).drift == 2
    assert "coverage 2026: 2 rows differed from a full count as of 2026-11-24" in caplog.text
    assert figures.recompute(today=TODAY) == {2026: 0}


def test_the_figure_of_the_whole_can_not_be_passed(settled):
    with pytest.raises(IntegrityError, match="figure_never_over_whole"), transaction.atomic():
        Figure.objects.whole().update(covered=5000)


def test_an_empty_node_has_no_figure(settled):
    town = Organization.objects.create(kind=Kind.TOWN, name="新镇", parent=settled.county())
    place = Organization.objects.create(kind=Kind.PLACE, name="新村", parent=town)
    Place.objects.create(organization=place, county_id=place.county_id, area="rural")
    figures.settle(today=TODAY)
    assert Figure.objects.whole().filter(organization=town, indicator="organization").get().total == 1

    place.parent = settled.town()
    place.save()
    figures.settle(today=TODAY)

    assert not Figure.objects.filter(organization=town).exists()
    assert not Change.objects.exists()
    assert figures_of(2026) == counted_by_hand(TODAY)
