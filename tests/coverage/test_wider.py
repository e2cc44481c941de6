"""A nation and its provinces on the pages of coverage: what stands below them is no reporting unit, and the map is of one city alone."""

import pytest

from apps.coverage import charts, selectors
from apps.coverage.services import figures
from apps.organizations.enums import Kind, PlaceArea
from apps.organizations.models import Organization
from apps.organizations.services import tree
from apps.organizations.services.tree import Division
from tests.factories.organizations import UnitFactory

PROVINCE = [
    Division(Kind.CITY, "浙江省", "33"),
    Division(Kind.CITY, "杭州市", "3301", "33"),
    Division(Kind.COUNTY, "上城区", "330102", "3301", position=1),
    Division(Kind.TOWN, "湖滨街道", "330102003", "330102"),
    Division(Kind.PLACE, "东坡路社区", "330102003051", "330102003", PlaceArea.URBAN),
]


@pytest.fixture
def province(jiaxing):
    """With the city of the circular and another one."""
    city = jiaxing.city
    tree.load(divisions=PROVINCE, by=None)
    city.parent = Organization.objects.get(name="浙江省")
    city.save()
    UnitFactory(organization=Organization.objects.get(name="东坡路社区"))
    figures.settle()
    return city.parent


@pytest.mark.parametrize(
    ("name", "below", "has_map"),
    [("浙江省", "下级单位", False), ("杭州市", "报送单位", False), ("嘉兴市", "报送单位", True), ("南湖区", "镇（街道）", False)],
)
def test_what_stands_below_is_called_what_it_is_and_the_map_is_the_citys(jiaxing, province, name, below, has_map):
    node = Organization.objects.get(name=name)
    role = "county_lead" if node.kind == Kind.COUNTY else "city_officer"
    user = jiaxing.person(role, node)
    overview = selectors.overview(node=node, year=None, user=user)
    assert overview.below == below
    assert ("map" in charts.of(overview, overview.measure("organization"))) is has_map

    client = jiaxing.signed_in(user)
    dashboard, page = (client.get(address).content.decode() for address in ("/coverage/", f"/coverage/{node.pk}/"))
    assert f"<h2>各{below}</h2>" in dashboard
    assert ('data-chart="map"' in dashboard) is has_map
    assert f"<h2>各{below}</h2>" in page
    day = client.get(f"/coverage/{node.pk}/day/?day=2024-06-30").content.decode()
    assert f"{node}各{below}组织覆盖率（2024-06-30）" in day
