"""Browsing and searching the tree: what each sees, what is counted, and that it costs the same however much there is."""

from datetime import date

import pytest

from apps.organizations.enums import PlaceArea, UnitKind
from apps.organizations.models import Organization, Place
from tests.factories.organizations import UnitFactory


@pytest.fixture
def city(jiaxing):
    return jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))


@pytest.fixture
def lead(jiaxing):
    return jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))


@pytest.fixture
def town_counselor(jiaxing):
    return jiaxing.signed_in(jiaxing.person("town_counselor", jiaxing.town()))


def found(response) -> list[str]:
    return [str(row.record) for row in response.context["table"].page]


def branches(response) -> dict[str, tuple[int, ...]]:
    rows = (row.record for row in response.context["branches"].rows)
    return {str(row.organization): (row.towns, row.places, row.reached, row.schools) for row in rows}


def counted(response) -> tuple[int, ...]:
    totals = response.context["totals"]
    return totals.towns, totals.places, totals.reached, totals.schools


def test_city_sees_its_ten_reporting_units_with_counts(jiaxing, city):
    UnitFactory(organization=jiaxing.place())
    UnitFactory(organization=jiaxing.place())  # a second unit reaches no second place
    UnitFactory(organization=jiaxing.place("海宁市"), dissolved_on=date(2013, 1, 1))
    jiaxing.school(opened_on=date(2010, 9, 1))
    jiaxing.school(closed_on=date(2014, 8, 31))
    response = city.get("/organizations/")
    assert counted(response) == (72, 1202, 1, 1)
    assert list(branches(response)) == [
        "南湖区",
        "秀洲区",
        "嘉善县",
        "平湖市",
        "海盐县",
        "海宁市",
        "桐乡市",
        "经开区",
        "港区",
        "市教育局团委",
    ]
    assert branches(response)["南湖区"] == (11, 123, 1, 1)
    assert branches(response)["海宁市"] == (12, 236, 0, 0)
    assert branches(response)["市教育局团委"] == (0, 0, 0, 0)


def test_county_sees_its_towns_and_the_schools_directly_below(jiaxing, lead):
    UnitFactory(organization=jiaxing.place())
    response = lead.get("/organizations/")
    assert counted(response) == (11, 123, 1, 0)
    assert branches(response)[str(jiaxing.town())] == (0, Organization.objects.filter(parent=jiaxing.town()).count(), 1, 0)
    assert sum(places for _, places, _, _ in branches(response).values()) == 123


def test_town_sees_its_places_and_schools(jiaxing, town_counselor):
    school = jiaxing.school(name="第一小学")
    response = town_counselor.get("/organizations/")
    assert [row.record for row in response.context["schools"].rows] == [school]
    assert len(response.context["places"].rows) == Organization.objects.filter(parent=jiaxing.town(), kind="place").count()


def test_school_counselor_goes_straight_to_their_school(jiaxing):
    school = jiaxing.school()
    client = jiaxing.signed_in(jiaxing.person("school_counselor", school))
    assert client.get("/organizations/").url == f"/organizations/{school.pk}/"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=凤桥小", ["凤桥小学"]),
        ("q=小学 凤", ["凤桥小学"]),
        ("q=没有这个", []),
        ("kind=school", ["凤桥小学", "海宁小学"]),
        ("kind=school&area=school-rural", ["海宁小学"]),
        ("area=school-urban", ["凤桥小学"]),
        ("kind=closed-school", ["撤并小学"]),
        ("kind=closed-place", ["撤并村"]),
        ("q=撤并小", ["撤并小学"]),
        ("kind=school&reached=yes", ["海宁小学"]),
        ("kind=school&reached=no", ["凤桥小学"]),
    ],
)
def test_search_finds(jiaxing, city, query, names):
    jiaxing.school(name="凤桥小学")
    UnitFactory(organization=jiaxing.school("海宁市", name="海宁小学", area="rural"), kind=UnitKind.BRIGADE)
    jiaxing.school(name="撤并小学", closed_on=date(2014, 8, 31), area="rural")
    Organization.objects.filter(pk=jiaxing.place().pk).update(name="撤并村")
    Place.objects.filter(organization=jiaxing.place()).update(closed_on=date(2014, 8, 31))
    assert found(city.get(f"/organizations/?{query}")) == names


def test_search_by_reporting_unit_area_and_code(jiaxing, city):
    haining = jiaxing.county("海宁市")
    places = Organization.objects.filter(kind="place", county=haining, place__area=PlaceArea.URBAN)
    response = city.get(f"/organizations/?county={haining.pk}&kind=place&area=place-urban")
    assert response.context["table"].paginator.count == places.count()
    place = jiaxing.place()
    assert found(city.get(f"/organizations/?q={place.code}")) == [str(place)]


@pytest.mark.parametrize(
    "query",
    [
        "kind=nonsense",
        "county=99999999",
        "area=x-y",
        "page=900",
        "page=x",
        "per_page=-1&kind=school",
        "sort=nonsense",
        "q=%00",
        "kind=school&sort=-area",
    ],
)
def test_nonsense_in_the_address_is_harmless(jiaxing, city, query):
    assert city.get(f"/organizations/?{query}").status_code == 200


def test_figures_open_into_the_rows_they_count(jiaxing, city):
    UnitFactory(organization=jiaxing.place())
    jiaxing.school()
    jiaxing.school(closed_on=date(2014, 8, 31))
    for organization in (jiaxing.city, jiaxing.county(), jiaxing.town()):
        page = city.get(f"/organizations/{organization.pk}/")
        totals = page.context["totals"]
        counts = {"kind=town": totals.towns, "kind=place": totals.places, "kind=school": totals.schools}
        counts["kind=place&amp;reached=no"] = totals.missing
        for query, count in counts.items():
            address = f"/organizations/?{query}&amp;within={organization.pk}"
            if count:
                assert f'href="{address}"' in page.content.decode()
                assert city.get(address.replace("&amp;", "&")).context["table"].paginator.count == count


def test_county_searches_only_its_own(jiaxing, lead):
    jiaxing.school("海宁市", name="海宁小学")
    jiaxing.school(name="南湖小学")
    response = lead.get(f"/organizations/?kind=school&county={jiaxing.county('海宁市').pk}")
    assert found(response) == ["南湖小学"]
    assert "county" not in response.context["filter"].form.fields


def test_another_countys_pages_are_not_found(jiaxing, lead):
    school, place = jiaxing.school("海宁市"), jiaxing.place("海宁市")
    unit = UnitFactory(organization=place)
    addresses = [f"{each.pk}/" for each in (jiaxing.city, jiaxing.county("海宁市"), jiaxing.town("海宁市"), school, place)]
    addresses += [f"{place.pk}/area/", f"{place.pk}/units/new/", f"{place.pk}/close/", f"{school.pk}/profile/", f"{school.pk}/close/"]
    addresses += [f"{jiaxing.county('海宁市').pk}/schools/new/", f"units/{unit.pk}/", f"units/{unit.pk}/dissolve/"]
    answers = {address: lead.get(f"/organizations/{address}").status_code for address in addresses}
    assert set(answers.values()) == {404}


def test_page_does_not_exist_for_another_kind(jiaxing, lead):
    place, school = jiaxing.place(), jiaxing.school()
    for address in (f"{school.pk}/area/", f"{place.pk}/profile/", f"{jiaxing.town().pk}/close/", f"{jiaxing.town().pk}/schools/new/"):
        assert lead.get(f"/organizations/{address}").status_code == 404


def test_who_only_looks_is_offered_nothing_and_may_do_nothing(jiaxing, city):
    place, school = jiaxing.place(), jiaxing.school()
    unit = UnitFactory(organization=place)
    assert "/units/" not in city.get(f"/organizations/{place.pk}/").content.decode()
    for address in (f"{place.pk}/area/", f"{place.pk}/units/new/", f"{school.pk}/profile/", f"{place.pk}/close/", f"units/{unit.pk}/"):
        assert city.get(f"/organizations/{address}").status_code == 403
        assert city.post(f"/organizations/{address}").status_code == 403


def test_place_shows_its_units_active_and_ended(jiaxing, town_counselor):
    place = jiaxing.place()
    UnitFactory(organization=place, name="春晖小队")
    UnitFactory(organization=place, name="朝阳小队", dissolved_on=date(2013, 1, 1))
    response = town_counselor.get(f"/organizations/{place.pk}/")
    units = response.context["units"]
    assert ([line.unit.name for line in units.active], [unit.name for unit in units.ended]) == (["春晖小队"], ["朝阳小队"])
    assert "2011-09-01 成立，2013-01-01 撤销" in response.content.decode()


def test_demo_school_is_labelled(jiaxing, lead):
    school = jiaxing.school()
    Organization.objects.filter(pk=school.pk).update(is_demo=True)
    assert "演示数据" in lead.get(f"/organizations/{school.pk}/").content.decode()


def test_line_names_what_may_not_be_opened_without_a_link(jiaxing):
    school = jiaxing.school()
    page = jiaxing.signed_in(jiaxing.person("school_counselor", school)).get(f"/organizations/{school.pk}/").content.decode()
    assert f"嘉兴市 · 南湖区 · {jiaxing.town()}" in page
    assert f'href="/organizations/{jiaxing.county().pk}/"' not in page


@pytest.mark.parametrize("address", ["/organizations/", "/organizations/?kind=school"])
def test_lists_cost_the_same_with_one_and_three_schools(jiaxing, lead, address, django_assert_num_queries, django_assert_max_num_queries):
    def more(count: int) -> None:
        for _ in range(count):
            UnitFactory(organization=jiaxing.school(), kind=UnitKind.BRIGADE)

    more(1)
    lead.get(address)
    with django_assert_max_num_queries(40) as one:
        lead.get(address)
    more(2)
    with django_assert_num_queries(len(one)):
        lead.get(address)


@pytest.mark.parametrize("kind", ["school", "place", "town"])
def test_pages_cost_the_same_with_one_and_three_units(jiaxing, lead, kind, django_assert_num_queries, django_assert_max_num_queries):
    school = jiaxing.school()
    page = {"school": school, "place": jiaxing.place(), "town": jiaxing.town()}[kind]
    hangs_at = page if kind != "town" else jiaxing.place()
    UnitFactory(organization=hangs_at, kind=UnitKind.SQUAD)
    lead.get(f"/organizations/{page.pk}/")
    with django_assert_max_num_queries(40) as one:
        lead.get(f"/organizations/{page.pk}/")
    UnitFactory.create_batch(2, organization=hangs_at, kind=UnitKind.SQUAD)
    jiaxing.school()
    with django_assert_num_queries(len(one)):
        lead.get(f"/organizations/{page.pk}/")
