import pytest
from django.utils import timezone

from apps.coverage.models import Year
from apps.coverage.services import figures
from apps.organizations.management.commands.load_divisions import REPORTING_UNITS
from apps.organizations.models import PioneerUnit
from tests.factories.coverage import open_year
from tests.factories.organizations import SchoolFactory, UnitFactory

YEAR = timezone.localdate().year


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def city(jiaxing):
    return jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))


@pytest.fixture
def county(jiaxing):
    return jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))


def test_a_new_unit_is_in_the_figure_on_the_next_page(jiaxing, city):
    assert "0 / 1,202 个村（社区）" in page(city, "/coverage/")

    UnitFactory(organization=jiaxing.place())

    text = page(city, "/coverage/")
    assert "1 / 1,202 个村（社区）" in text
    assert "距目标还差 961 个村（社区）" in text


def test_a_county_sees_its_own_towns(jiaxing, county):
    UnitFactory(organization=jiaxing.place())
    UnitFactory(organization=jiaxing.place("海宁市"))

    text = page(county, "/coverage/")

    assert "南湖区覆盖情况" in text
    assert "1 / 123 个村（社区）" in text
    assert str(jiaxing.town()) in text
    assert "海宁市" not in text
    assert "coverage-map" not in text


def test_a_town_sees_its_own_places(jiaxing):
    town = jiaxing.town()
    client = jiaxing.signed_in(jiaxing.person("town_counselor", town))
    UnitFactory(organization=jiaxing.place())

    assert f"{town}覆盖情况" in page(client, "/coverage/")
    assert str(jiaxing.place(number=1)) in page(client, f"/coverage/{town.pk}/?state=missing")


@pytest.mark.parametrize("which", ["county", "town"])
def test_another_countys_node_is_not_found(jiaxing, county, which):
    node = getattr(jiaxing, which)("海宁市")
    assert county.get(f"/coverage/{node.pk}/").status_code == 404


def test_the_city_is_not_found_by_a_county_nor_a_place_by_anybody(jiaxing, county, city):
    assert county.get(f"/coverage/{jiaxing.city.pk}/").status_code == 404
    assert city.get(f"/coverage/{jiaxing.place().pk}/").status_code == 404


def test_a_school_sees_how_it_is_counted_itself(jiaxing, school_indicator):
    school = jiaxing.school(strength="strong")
    client = jiaxing.signed_in(jiaxing.person("school_counselor", school))

    text = page(client, "/coverage/")

    assert f"{school}在各项指标中的情况" in text
    assert '<span class="tag tag-success">已覆盖</span>' in text
    assert client.get(f"/coverage/{jiaxing.town().pk}/").status_code == 404


def test_a_number_opens_the_rows_it_counts(jiaxing, county):
    covered, missing = jiaxing.place(number=0), jiaxing.place(number=1)
    UnitFactory(organization=covered)
    node = f"/coverage/{jiaxing.county().pk}/?indicator=organization&year={YEAR}"

    def names(query):
        response = county.get(f"{node}&{query}")
        return {str(fact.organization) for fact in response.context["filter"].qs}

    assert names("state=covered") == {str(covered)}
    assert len(names("state=missing")) == 122
    assert str(missing) in names(f"state=missing&q={missing}")
    assert names("state=covered&group=rural") | names("state=covered&group=urban") == {str(covered)}


def test_direct_schools_open_from_their_own_row(jiaxing, county, school_indicator):
    jiaxing.school()
    direct = SchoolFactory(parent=jiaxing.county()).organization
    node = f"/coverage/{jiaxing.county().pk}/?indicator=strong"

    assert f"direct=1&amp;indicator=strong&amp;year={YEAR}" in page(county, node).replace("&amp;direct=1", "") or "direct=1" in page(
        county, node
    )
    assert [fact.organization for fact in county.get(f"{node}&direct=1").context["filter"].qs] == [direct]


def test_a_fact_about_a_reporting_unit_is_said_in_words(jiaxing, county, county_indicator):
    text = page(county, "/coverage/?indicator=fact")
    assert "未完成" in text
    assert "本年度没有设定目标" in text
    assert '<span class="coverage-tab-value">未完成</span>' in page(county, f"/coverage/{jiaxing.county().pk}/?indicator=fact")


def test_reporting_units_that_are_counted_themselves_are_listed_once(jiaxing, city, county_indicator):
    response = city.get(f"/coverage/{jiaxing.city.pk}/?indicator=fact")

    assert response.context["below"] is None
    assert [str(fact.organization) for fact in response.context["filter"].qs] == list(REPORTING_UNITS)


def test_without_a_choice_the_first_indicator_with_something_to_count_is_shown(jiaxing, school_indicator):
    county = jiaxing.county("市教育局团委")
    SchoolFactory(parent=county)
    client = jiaxing.signed_in(jiaxing.person("county_lead", county))

    assert client.get("/coverage/").context["measure"].indicator == school_indicator


def test_an_address_that_makes_no_sense_still_answers(jiaxing, city):
    nonsense = "year=abc year=1999 year=９ indicator=nothing page=99999 page=x per_page=-1 state=x group=x sort=x below-sort=-x".split()
    for page in ("/coverage/", f"/coverage/{jiaxing.city.pk}/"):
        assert {query: city.get(f"{page}?{query}").status_code for query in nonsense} == dict.fromkeys(nonsense, 200)


def test_the_table_sorts_and_keeps_the_circulars_order_otherwise(jiaxing, city):
    UnitFactory(organization=jiaxing.place("港区"))

    def units(query):
        return [row.record.name for row in city.get(f"/coverage/{query}").context["table"].rows]

    assert units("") == list(REPORTING_UNITS[:9])
    assert units("?sort=-organization")[0] == "港区"
    assert units("?sort=organization")[-1] == "港区"


def test_a_closed_year_says_so(jiaxing, city):
    UnitFactory(organization=jiaxing.place())
    figures.close(year=open_year(2013), by=None)
    PioneerUnit.objects.update(dissolved_on=timezone.localdate())

    text = page(city, "/coverage/?year=2013")

    assert "1 / 1,202 个村（社区）" in text
    assert "本年度已关闭，数字不再变动。" in text


def test_what_went_to_another_unit_after_the_year_closed_is_named(jiaxing, county):
    figures.close(year=open_year(2013), by=None)
    town = jiaxing.town()
    places = town.children.count()
    town.parent = jiaxing.county("海宁市")
    town.save()

    text = page(county, f"/coverage/{jiaxing.county().pk}/?year=2013")

    assert "0 / 123 个村（社区）" in text
    assert f"另有 {places} 个村（社区）现已划归其他报送单位" in text


def test_without_anything_to_count_the_page_says_what_to_do(jiaxing):
    county = jiaxing.county("市教育局团委")
    client = jiaxing.signed_in(jiaxing.person("county_lead", county))

    assert "还没有可统计的单位" in page(client, "/coverage/")
    assert "没有应统计的单位" in page(client, f"/coverage/{county.pk}/")


def test_the_city_office_asks_for_a_full_count(jiaxing, city, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        response = city.post("/coverage/recompute/", follow=True)

    assert "已安排重新计算" in response.content.decode()
    assert len(callbacks) == 1
    assert Year.objects.get(pk=YEAR).computed_at is not None


def test_only_who_may_compute_asks_for_a_full_count(jiaxing, county):
    assert county.post("/coverage/recompute/").status_code == 403
    assert "重新计算" not in page(county, "/coverage/")


@pytest.mark.parametrize("path", ["/coverage/", "/coverage/{city}/?state=covered"])
def test_pages_take_the_same_number_of_queries_for_one_row_and_for_three(jiaxing, city, django_assert_max_num_queries, path):
    path = path.format(city=jiaxing.city.pk)

    def queries():
        city.get(path)  # settles what was written
        with django_assert_max_num_queries(60) as taken:
            city.get(path)
        return len(taken)

    UnitFactory(organization=jiaxing.place())
    one = queries()
    UnitFactory(organization=jiaxing.place("海宁市"))
    UnitFactory(organization=jiaxing.place("嘉善县"))
    assert queries() == one
