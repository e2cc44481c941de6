"""What users of registers and indicator systems such as DHIS2 and hitobito complain of, and why it cannot happen here: figures that wait
for a nightly table; rates above 100 %; a closed year that changes with a reorganisation; lists that fail while figures are counted.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from time import monotonic

import pytest
from django.db import connections, models
from django.test import Client
from django.utils import timezone

from apps.core import scope
from apps.coverage import registry, selectors
from apps.coverage.models import Fact, Figure, Year
from apps.coverage.registry import CIRCULAR, Indicator, Rule
from apps.coverage.selectors import Ratio, days
from apps.coverage.services import figures
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, PioneerUnit, Place
from apps.organizations.services import profiles
from tests import databases
from tests.factories.coverage import ExemptionFactory, counted_by_hand, facts_of, figures_of, forget_figures, open_year
from tests.factories.jiaxing import Jiaxing
from tests.factories.organizations import UnitFactory
from tests.factories.people import person
from tests.factories.together import somebody_waits

TODAY = timezone.localdate()
YEAR = TODAY.year
PATIENCE = 30  # seconds, for whoever waits for another thread


def text(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# Figures wait for a nightly table


def test_a_figure_waits_for_no_night_and_no_worker(jiaxing, officer):
    """The page after a write has it, at every level, in every view of it; no full count was made in between."""
    client = jiaxing.signed_in(officer)
    text(client, "/coverage/")
    counted = Year.objects.get(pk=YEAR).computed_at
    unit = UnitFactory(organization=jiaxing.place())

    for node in (jiaxing.city, jiaxing.county(), jiaxing.town()):
        for view in ("", "years/", "progress/"):
            assert f">1 / {len(node_places(node)):,}" in text(client, f"/coverage/{node.pk}/{view}?indicator=organization")
    PioneerUnit.objects.filter(pk=unit.pk).update(dissolved_on=TODAY)
    assert "0 / 1,202 个村（社区）" in text(client, "/coverage/")
    assert Year.objects.get(pk=YEAR).computed_at == counted


def node_places(node):
    return Organization.objects.below(node).of_kind(Kind.PLACE)


# Rates above 100 %


@pytest.fixture
def generous(known) -> Indicator:
    """Its covered names every place twice, and much that is not in its universe: towns, closed places, exempted ones."""
    several = Organization.objects.of_kind(Kind.PLACE, Kind.TOWN).order_by()
    return registry.register(
        Indicator(
            key="generous",
            label="宽口径",
            level=Kind.PLACE,
            counted="个村",
            rules=(
                Rule(
                    since=CIRCULAR,
                    definition="统计口径",
                    universe=lambda day: Place.objects.open_on(day).values("organization_id", "county_id"),
                    covered=lambda day: several.values(organization_id=models.F("pk")).union(
                        several.values(organization_id=models.F("pk")), all=True
                    ),
                ),
            ),
            sources=(Place,),
            position=9,
        )
    )


def test_no_rate_passes_100_percent_whatever_an_indicator_names(jiaxing, generous, officer):
    closed, exempted = jiaxing.place(number=0), jiaxing.place(number=1)
    profiles.close(profile=closed.place, on=TODAY, by=None)
    ExemptionFactory(organization=exempted, indicator="generous")
    figures.settle()

    for node in (jiaxing.city, jiaxing.county(), jiaxing.town()):
        measure = selectors.overview(node=node, year=YEAR, user=officer).measure("generous")
        assert measure.ratio == Ratio(node_places(node).count() - 2, node_places(node).count() - 2)
        assert days.over(indicator=generous, node=node, days=[TODAY]) == [measure.ratio]


def test_nothing_that_is_tried_passes_100_percent(jiaxing, officer, known):
    """A place that is ticked twice, or one that counts already, is not counted twice."""
    UnitFactory.create_batch(3, organization=jiaxing.place())
    client, town = jiaxing.signed_in(officer), jiaxing.town()
    text(client, "/coverage/")
    covered = Fact.objects.of(year=YEAR, indicator="organization").get(organization=jiaxing.place())
    fact = Fact.objects.of(year=YEAR, indicator="organization").missing().get(organization=jiaxing.place(number=1))
    total = node_places(town).count()

    def tried(query):
        steps = client.get(f"/coverage/{town.pk}/progress/?indicator=organization&{query}").context["steps"]
        return steps[-1].then.ratio

    assert tried(f"take={fact.pk}&take={fact.pk}&take={covered.pk}") == Ratio(2, total)
    assert tried("first=99999") == Ratio(total, total)


# A past year that changes


def test_a_reorganisation_changes_nothing_of_a_closed_year(jiaxing, officer):
    """Towns move, places merge, units end and begin in the past: the year's numbers, lists, files and changes stay what they were."""
    for number in range(3):
        UnitFactory(organization=jiaxing.place(number=number), established_on=date(2012, 9, 1))
    for year in (2012, 2013):
        figures.close(year=open_year(year), by=None)
    client, city, town = jiaxing.signed_in(officer), jiaxing.city, jiaxing.town()

    def said():
        found = {}
        for year in (2012, 2013):
            listed = client.get(f"/coverage/{city.pk}/?indicator=organization&year={year}&state=covered&export=csv&table=listed")
            overview = selectors.overview(node=city, year=year, user=officer)
            found[year] = (overview.measure("organization").ratio, b"".join(listed.streaming_content).count(b"\n"))
            found[year] += (figures_of(year), facts_of(year))
        return found

    before = said()
    assert [found[0].covered for found in before.values()] == [3, 3]
    town.parent = jiaxing.county("海宁市")
    town.save()
    profiles.close(profile=jiaxing.town("秀洲区").children.filter(kind=Kind.PLACE).first().place, on=date(2012, 10, 1), by=None)
    PioneerUnit.objects.filter(organization__parent=town).update(established_on=date(2014, 1, 1))
    UnitFactory(organization=jiaxing.place("海盐县"), established_on=date(2012, 1, 1))
    figures.recompute()

    assert said() == before
    assert figures_of(YEAR) == counted_by_hand(TODAY)


# Lists that cannot be loaded because the figures are being counted


@pytest.fixture
def committed(django_db_setup, database_templates, template_city, django_db_blocker) -> Iterator[Jiaxing]:
    """A city whose writes are committed, in a database of its own that goes with them."""
    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        databases.work_in(own := database_templates.copy(template_city, "committed"))
        with scope.opened(scope.EVERYTHING):
            forget_figures()
        yield Jiaxing()
        connections.close_all()
        databases.work_in(before)
        databases.drop(own)


@pytest.mark.parametrize("dies", [False, True], ids=["the count ends", "the count dies"])
def test_everything_goes_on_while_all_is_counted_anew(committed, dies):
    """A full count, with drift to put right, stands in the middle of its transaction: pages answer, writes are taken, and whoever asks for
    the figure of such a write gets it exactly as soon as the count is over, however it ends.
    """
    with scope.opened(scope.EVERYTHING):
        officer = person("city_officer", committed.city)
        city, county, place = committed.city, committed.county(), committed.place()
    figures.settle()
    with scope.opened(scope.EVERYTHING):
        Figure.objects.of(year=YEAR, indicator="organization").whole().filter(organization=county).update(
            covered=7
        )  # what the count will put right
    counted, may_end = Event(), Event()

    def count() -> dict[int, int] | None:
        try:
            with scope.opened(scope.EVERYTHING):
                drift = figures.recompute()
                counted.set()
                assert may_end.wait(PATIENCE)
                if dies:
                    raise InterruptedError
                return drift
        except InterruptedError:
            return None
        finally:
            connections.close_all()

    def asked(address: str) -> str:
        try:
            return text(signed_in(officer), address)
        finally:
            connections.close_all()

    node = f"/coverage/{county.pk}/"
    with ThreadPoolExecutor(2) as pool:
        counting = pool.submit(count)
        assert counted.wait(PATIENCE)

        for address in ("/coverage/", f"{node}?state=missing", f"{node}years/", f"{node}progress/", f"{node}day/?day={TODAY}"):
            assert "覆盖" in pool.submit(asked, address).result(PATIENCE)
        with scope.opened(scope.EVERYTHING):
            UnitFactory(organization=place, name="红领巾小队")
        assert "红领巾小队" in pool.submit(asked, f"/organizations/{place.pk}/").result(PATIENCE)
        assert place.name in pool.submit(asked, "/organizations/?kind=place").result(PATIENCE)
        assert not counting.done()

        reading = pool.submit(asked, "/coverage/")
        deadline = monotonic() + PATIENCE
        while not somebody_waits():
            assert monotonic() < deadline
        assert not reading.done()
        may_end.set()
        assert "1 / 1,202 个村（社区）" in reading.result(PATIENCE)
        assert (counting.result(PATIENCE) is None) is dies
    assert figures.recompute() == {YEAR: 1 if dies else 0}
    with scope.opened(scope.EVERYTHING):
        assert figures_of(YEAR)[city.pk, ""] == (1, 1202)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
