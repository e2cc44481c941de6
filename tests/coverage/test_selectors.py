from datetime import date
from decimal import Decimal

import pytest
from django.db.models import F
from django.utils import timezone

from apps.coverage import charts, registry, selectors
from apps.coverage.models import Target
from apps.coverage.selectors import Ratio
from apps.coverage.selectors.targets import Targets
from apps.coverage.services import figures
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from tests.factories.coverage import open_year, set_target
from tests.factories.organizations import SchoolFactory, UnitFactory


@pytest.mark.parametrize(
    ("covered", "total", "target", "gap"),
    [
        (961, 1202, "80", 1),  # 80 % of 1,202 is 961.6: 962 reach it
        (962, 1202, "80", 0),
        (1000, 1202, "80", 0),
        (1, 3, "33.33", 0),
        (0, 3, "33.34", 2),
        (0, 0, "100", 0),
        (5, 10, None, 0),
    ],
)
def test_gap_is_what_is_needed_to_reach_the_target(covered, total, target, gap):
    assert Ratio(covered, total).gap(None if target is None else Decimal(target)) == gap


def test_nothing_to_count_is_no_percentage():
    assert Ratio(0, 0).value is None


def test_the_circulars_targets_carry_forward(jiaxing):
    targets = Targets(Target.objects.all())

    assert [targets.of("organization", year, None) for year in (2011, 2012, 2013, 2026)] == [None, 50, 80, 80]
    assert [targets.of("rooms", year, None) for year in (2012, 2013, 2026)] == [80, 100, 100]
    assert [targets.of(f"supervision_{fact}", 2012, None) for fact in ("measures", "body", "inspection")] == [100, 100, 100]


def test_a_countys_own_target_goes_before_the_citys(jiaxing):
    set_target("organization", 2014, "70", jiaxing.county())
    targets = Targets(Target.objects.all())

    assert [targets.of("organization", year, jiaxing.county().pk) for year in (2013, 2014, 2026)] == [80, 70, 70]
    assert targets.of("organization", 2026, jiaxing.county("秀洲区").pk) == 80


def test_overview_of_the_city(jiaxing):
    open_year(2013)
    UnitFactory(organization=jiaxing.place(), established_on=date(2013, 5, 1))
    figures.settle()
    city = jiaxing.city

    overview = selectors.overview(node=city, year=2013, user=jiaxing.person("city_officer", city))

    measure = overview.measure("organization")
    assert (measure.ratio, measure.target, measure.gap) == (Ratio(1, 1202), 80, 961)
    assert [row.name for row in overview.rows] == "南湖区 秀洲区 嘉善县 平湖市 海盐县 海宁市 桐乡市 经开区 港区".split()
    assert overview.rows[0].measures["organization"].ratio.covered == 1
    assert sum(part.ratio.total for part in measure.parts) == 1202
    assert [point.year for point in overview.history["organization"]] == [2013, timezone.localdate().year]
    assert overview.elsewhere("organization") == 0


def test_overview_takes_the_same_number_of_queries_for_one_year_and_for_three(jiaxing, django_assert_num_queries):
    user = jiaxing.person("city_officer", jiaxing.city)
    for years in ([2013], [2014, 2015]):
        for year in years:
            open_year(year)
        figures.settle()
        selectors.nodes(user)  # what a page has asked before: the user's scope
        city = jiaxing.city
        with django_assert_num_queries(5):
            selectors.overview(node=city, year=None, user=user)


def test_a_school_without_a_town_is_shown_as_direct(jiaxing, school_indicator):
    county = jiaxing.county()
    jiaxing.school()
    SchoolFactory(parent=county)
    figures.settle()

    overview = selectors.overview(node=county, year=None, user=jiaxing.person("county_lead", county))

    direct = overview.rows[-1]
    assert (direct.name, direct.is_direct) == ("直属", True)
    assert direct.measures[school_indicator.key].ratio.total == 1
    assert direct.measures["organization"].ratio.total == 0


def test_a_town_is_not_asked_about_reporting_units(jiaxing, school_indicator, county_indicator):
    figures.settle()
    town = jiaxing.town()

    overview = selectors.overview(node=town, year=None, user=jiaxing.person("town_counselor", town))

    assert [measure.indicator.key for measure in overview.measures] == ["organization", "strong"]
    assert overview.rows == ()


def test_the_map_takes_the_units_that_have_a_shape_and_the_chips_the_others(jiaxing):
    figures.settle()
    overview = selectors.overview(node=jiaxing.city, year=None, user=jiaxing.person("city_reader", jiaxing.city))

    drawn = charts.of(overview, overview.measure("organization"))

    assert [each["name"] for each in drawn["map"]["values"]] == "南湖区 秀洲区 嘉善县 平湖市 海盐县 海宁市 桐乡市".split()
    assert [str(each.node) for each in drawn["chips"]] == ["经开区", "港区"]
    assert drawn["map"]["target"] == 0.8


def test_a_town_that_is_counted_itself_hangs_on_no_county_directly(jiaxing, known):
    known["towns"] = registry.Indicator(
        key="towns",
        label="镇",
        level=Kind.TOWN,
        counted="个镇",
        rules=(
            registry.Rule(
                since=registry.CIRCULAR,
                definition="统计口径",
                universe=lambda day: Organization.objects.of_kind(Kind.TOWN).values("county_id", organization_id=F("pk")),
                covered=lambda day: Organization.objects.none().values(organization_id=F("pk")),
            ),
        ),
        sources=(),
    )
    figures.settle()
    overview = selectors.overview(node=jiaxing.county(), year=None, user=jiaxing.person("city_officer", jiaxing.city))
    assert [row.name for row in overview.rows if row.is_direct] == []
    assert overview.elsewhere("towns") == 0
