"""A city below a city: a province of cities, a nation of provinces. What each sees, and how such a tree is brought in."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.core import scope
from apps.organizations import grants
from apps.organizations.enums import Kind, PlaceArea
from apps.organizations.models import Organization, PioneerUnit, Place
from apps.organizations.services import tree
from apps.organizations.services.tree import Division
from tests.factories.organizations import UnitFactory

COUNTRY = [
    Division(Kind.CITY, "浙江省", "33"),
    Division(Kind.CITY, "杭州市", "3301", "33"),
    Division(Kind.CITY, "宁波市", "3302", "33"),
    Division(Kind.COUNTY, "上城区", "330102", "3301", position=1),
    Division(Kind.COUNTY, "杭州高新区", above="3301", position=2),
    Division(Kind.COUNTY, "海曙区", "330203", "3302"),
    Division(Kind.TOWN, "湖滨街道", "330102003", "330102"),
    Division(Kind.PLACE, "东坡路社区", "330102003051", "330102003", PlaceArea.URBAN),
    Division(Kind.TOWN, "学院街道", "T1", "杭州高新区"),
    Division(Kind.TOWN, "南门街道", "330203001", "330203"),
    Division(Kind.PLACE, "朝阳村", "330203001001", "330203001", PlaceArea.RURAL),
]


@pytest.fixture
def country(jiaxing) -> dict[str, Organization]:
    """By name; the levels above the cities stand beside the one city that is there already."""
    assert tree.load(divisions=COUNTRY, by=None) == len(COUNTRY)
    return {each.name: each for each in Organization.objects.filter(name__in=[each.name for each in COUNTRY])}


def names(rows: Any) -> set[str]:
    return set(rows.values_list("name", flat=True))


@pytest.mark.parametrize("batch", [1, 4, 100])
def test_a_list_becomes_a_tree(jiaxing, monkeypatch, batch):
    monkeypatch.setattr(tree, "BATCH", batch)
    tree.load(divisions=COUNTRY, by=None)
    stored = {each.name: each for each in Organization.objects.select_related("parent", "county")}
    for each in COUNTRY:
        found = stored[each.name]
        above = stored.get({one.code or one.name: one.name for one in COUNTRY}.get(each.above, ""))
        assert (found.kind, found.code, found.position, found.parent) == (each.kind, each.code, each.position, above)
        assert found.line == ((*above.line, found.pk) if above else (found.pk,))
    for name, county in (("杭州市", "杭州市"), ("上城区", "上城区"), ("湖滨街道", "上城区"), ("学院街道", "杭州高新区")):
        assert stored[name].county.name == county
    places = Place.objects.filter(organization__path__within=stored["浙江省"].path).select_related("county")
    assert {(str(each), each.area, each.county.name) for each in places} == {
        ("东坡路社区", PlaceArea.URBAN, "上城区"),
        ("朝阳村", PlaceArea.RURAL, "海曙区"),
    }


def test_a_list_that_breaks_the_rules_of_the_tree_is_refused_whole(jiaxing):
    count = Organization.objects.count()
    for wrong, error in ((Division(Kind.TOWN, "外镇", above="33"), IntegrityError), (Division(Kind.TOWN, "外镇", above="99"), KeyError)):
        with pytest.raises(error), transaction.atomic():
            tree.load(divisions=[*COUNTRY, wrong], by=None)
    assert Organization.objects.count() == count


def test_a_role_at_a_city_below_another_shows_its_own_and_nothing_beside(country, jiaxing):
    officer = jiaxing.person("city_officer", country["杭州市"])
    own = {"杭州市", "上城区", "杭州高新区", "湖滨街道", "学院街道", "东坡路社区"}
    assert names(Organization.objects.visible_to(officer)) == own
    assert {name for name, each in country.items() if officer.has_perm("organizations.view", each)} == own
    widest = jiaxing.person("city_officer", country["浙江省"])
    assert Organization.objects.visible_to(widest).count() == Organization.objects.count()


def test_the_second_wall_stands_around_a_city_too(country, jiaxing):
    """Without a filter of ours: the rows that the database shows and lets be written."""
    for name in ("东坡路社区", "朝阳村"):
        UnitFactory(organization=country[name], name=f"{name}小队")
    for name, seen in (("杭州市", {"东坡路社区小队"}), ("宁波市", {"朝阳村小队"}), ("浙江省", {"东坡路社区小队", "朝阳村小队"})):
        officer = jiaxing.person("city_officer", country[name])
        with scope.opened(scope.DIRECTORY):
            scope.widen(grants.whole_scope(officer))
            assert names(PioneerUnit.objects) == seen
            if len(seen) == 1:
                assert Organization.objects.filter(pk=country["朝阳村"].pk).update(position=1) == (name == "宁波市")


@pytest.mark.parametrize("name", ["浙江省", "杭州市", "上城区", "湖滨街道", "东坡路社区"])
def test_below_and_above_follow_the_line(country, name):
    node = country[name]
    assert names(Organization.objects.below(node)) == {each for each, one in country.items() if node.pk in one.line}
    assert [each.pk for each in Organization.objects.above(node)] == [*node.line]
