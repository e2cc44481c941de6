"""A node's years side by side: what each number says, where it leads, and that a closed year stays as it was frozen."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db.models import F
from django.utils import timezone
from python_calamine import CalamineWorkbook

from apps.coverage import registry, selectors
from apps.coverage.selectors import years
from apps.coverage.services import figures
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, PioneerUnit, Place
from tests.factories.coverage import open_year, set_target
from tests.factories.organizations import UnitFactory

TODAY = timezone.localdate()
YEAR = TODAY.year


@pytest.fixture
def past(jiaxing):
    """2012 with one place reached, 2013 with three, both closed; today four."""
    for number, day in enumerate([date(2012, 5, 1), date(2013, 5, 1), date(2013, 6, 1), date(2014, 1, 1)]):
        UnitFactory(organization=jiaxing.place(number=number), established_on=day)
    for year in (2012, 2013):
        figures.close(year=open_year(year), by=None)
    figures.settle()
    return jiaxing


def compared(node, user):
    return {row.year.pk: row.compared for row in years.compared(selectors.overview(node=node, year=None, user=user))}


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response


def test_each_year_says_share_count_change_and_target(past, officer):
    town = past.town()
    total = town.children.filter(kind="place").count()

    found = compared(town, officer)

    assert list(found) == [YEAR, 2013, 2012]
    assert [found[year]["organization"].measure.ratio.covered for year in found] == [4, 3, 1]
    assert found[2013]["organization"].rise == Decimal(f"{300 / total:.1f}") - Decimal(f"{100 / total:.1f}")
    assert [found[year]["organization"].measure.target for year in found] == [80, 80, 50]
    assert found[2012]["organization"].rise is None  # there is no year before
    assert found[YEAR]["organization"].rise is None  # nor was the year before this one counted


def test_every_number_opens_its_rows_of_that_year(past, officer):
    client = past.signed_in(officer)
    found = compared(past.town(), officer)

    for year in (2012, 2013, YEAR):
        measure = found[year]["organization"].measure
        for address, count in (
            (measure.url, measure.ratio.total),
            (measure.covered_url, measure.ratio.covered),
            (measure.missing_url, measure.ratio.missing),
        ):
            assert page(client, address.removesuffix("#rows")).context["filter"].qs.count() == count


def test_the_page_says_what_the_numbers_say(past, officer):
    town = past.town()
    text = page(past.signed_in(officer), f"/coverage/{town.pk}/years/").content.decode()
    measure = compared(town, officer)[2013]["organization"].measure

    assert f"{town}：历年对照" in text
    assert f'href="{measure.covered_url}"'.replace("&", "&amp;") in text
    assert f'目标 80% <a href="{measure.missing_url}">差 {measure.gap}</a>'.replace("&", "&amp;") in text
    assert text.count("已关闭</span>") == 2


def test_a_closed_year_keeps_what_it_said(past, officer):
    client, address = past.signed_in(officer), f"/coverage/{past.city.pk}/years/"

    def closed_years():
        return {year: row["organization"].measure.ratio for year, row in compared(past.city, officer).items() if year != YEAR}

    before = closed_years()
    PioneerUnit.objects.update(dissolved_on=F("established_on"))
    town = past.town()
    town.parent = past.county("海宁市")
    town.save()
    page(client, address)

    assert closed_years() == before
    assert compared(past.city, officer)[YEAR]["organization"].measure.ratio.covered == 0


def test_a_year_counted_by_another_rule_is_not_compared(past, officer, known):
    old = known["organization"]
    newer = registry.Rule(date(2013, 1, 1), "只计大队。", old.rules[0].universe, old.rules[0].covered)
    known["organization"] = registry.Indicator(**{**vars(old), "rules": (*old.rules, newer)})

    found = compared(past.city, officer)[2013]["organization"]

    assert (found.rise, found.is_by_another_rule) == (None, True)
    assert "口径不同" in page(past.signed_in(officer), f"/coverage/{past.city.pk}/years/").content.decode()


def test_a_countys_own_target_is_its_own_from_its_year_on(past, officer):
    set_target("organization", YEAR, "60", past.county())
    found = {year: row["organization"].measure.target for year, row in compared(past.county(), officer).items()}
    assert found == {2012: 50, 2013: 80, YEAR: 60}


def test_a_fact_is_said_in_words_and_has_no_change(past, officer, county_indicator):
    figures.recompute()
    text = page(past.signed_in(officer), f"/coverage/{past.county().pk}/years/").content.decode()
    assert '">未完成</a>' in text
    found = compared(past.county(), officer)[YEAR]["fact"]
    assert (found.measure.word, found.rise) == ("未完成", None)


def test_without_a_target_nothing_is_said_to_be_missing(past, officer, school_indicator):
    past.school(strength="strong")
    figures.settle()
    found = compared(past.city, officer)
    assert (found[YEAR]["strong"].measure.ratio.total, found[YEAR]["strong"].gap) == (1, None)
    assert found[YEAR]["organization"].gap == 958


def test_the_file_has_a_column_for_every_number(past, officer):
    answer = page(past.signed_in(officer), f"/coverage/{past.city.pk}/years/?export=xlsx")
    head, *rows = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    assert head == [
        "年度",
        "组织覆盖率：覆盖率（%）",
        "组织覆盖率：已覆盖",
        "组织覆盖率：应覆盖",
        "组织覆盖率：比上年（百分点）",
        "组织覆盖率：目标（%）",
        "组织覆盖率：距目标还差",
    ]
    assert rows == [[YEAR, 0.3, 4, 1202, "", 80, 958], [2013, 0.2, 3, 1202, 0.1, 80, 959], [2012, 0.1, 1, 1202, "", 50, 600]]


def test_another_countys_years_are_not_found(past):
    county = past.signed_in(past.person("county_lead", past.county()))
    assert page(county, f"/coverage/{past.county().pk}/years/")
    assert [county.get(f"/coverage/{node.pk}/years/").status_code for node in (past.city, past.county("海宁市"))] == [404, 404]


def test_it_takes_the_same_number_of_queries_for_two_years_and_for_four(past, officer, django_assert_max_num_queries):
    client, address = past.signed_in(officer), f"/coverage/{past.city.pk}/years/"

    def queries():
        page(client, address)
        with django_assert_max_num_queries(60) as taken:
            page(client, address)
        return len(taken)

    few = queries()
    for year in (2014, 2015):
        figures.close(year=open_year(year), by=None)
    assert queries() == few


def test_without_anything_to_count_it_says_what_to_do(jiaxing):
    county = jiaxing.county("市教育局团委")
    client = jiaxing.signed_in(jiaxing.person("county_lead", county))
    assert "还没有可统计的单位" in page(client, f"/coverage/{county.pk}/years/").content.decode()


def test_a_year_without_anything_leads_to_the_others(past):
    county = past.county("市教育局团委")
    town = Organization.objects.create(kind=Kind.TOWN, name="新镇", parent=county)
    place = Organization.objects.create(kind=Kind.PLACE, name="新村", parent=town)
    Place.objects.create(organization=place, county_id=county.pk, area="rural", opened_on=date(2014, 1, 1))
    client = past.signed_in(past.person("county_lead", county))

    text = page(client, "/coverage/?year=2013").content.decode()

    assert "市教育局团委在2013年没有列入统计的单位" in text
    assert f'href="?year={YEAR}&amp;indicator="' in text
    assert "0 / 1 个村（社区）" in page(client, f"/coverage/?year={YEAR}&indicator=").content.decode()
