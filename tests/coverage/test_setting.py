"""What the city sets: steps, targets of single units, who is not counted. Refusals are sentences at their field; a closed year stays."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.errors import Conflict, DomainError
from apps.coverage import selectors
from apps.coverage.models import Exemption, Figure, Milestone, Target
from apps.coverage.services import exemptions, figures, targets
from tests.factories.coverage import ExemptionFactory, open_year, set_target
from tests.factories.organizations import UnitFactory

TODAY = timezone.localdate()
YEAR = TODAY.year


@pytest.fixture
def organization(known):
    return known["organization"]


@pytest.fixture
def city(jiaxing, officer):
    return jiaxing.signed_in(officer)


@pytest.fixture
def lead(jiaxing):
    return jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))


def city_figure(jiaxing, year=YEAR):
    row = Figure.objects.of(year=year, indicator="organization").whole().get(organization=jiaxing.city)
    return row.covered, row.total


def exempted(officer, organization, place, **facts):
    given = {"since": TODAY, "reason": "整村拆迁，居民已安置。", **facts}
    return exemptions.exempt(organization=place, indicator=organization, by=officer, **given)


def test_who_is_exempted_leaves_the_list_and_comes_back(jiaxing, organization, officer):
    UnitFactory(organization=jiaxing.place())
    exemption = exempted(officer, organization, jiaxing.place())
    figures.settle(today=TODAY)
    assert city_figure(jiaxing) == (0, 1201)

    exemptions.end(exemption=exemption)
    figures.settle(today=TODAY)
    assert city_figure(jiaxing) == (1, 1202)
    assert figures.recompute(today=TODAY) == {YEAR: 0}


def test_an_exemption_written_by_raw_sql_is_in_the_next_figure(jiaxing, organization, officer):
    figures.settle(today=TODAY)
    place = jiaxing.place()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coverage_exemption (organization_id, county_id, indicator, since, reason, by_id, at) "
            "VALUES (%s, %s, 'organization', '2012-01-01', '拆迁', %s, now())",
            [place.pk, place.county_id, officer.pk],
        )
    figures.settle(today=TODAY)
    assert city_figure(jiaxing) == (0, 1201)


@pytest.mark.parametrize(
    ("facts", "sentence", "field"),
    [
        ({"reason": " "}, "请写明不列入统计的原因。", "reason"),
        ({"since": TODAY + timedelta(days=1)}, "起始日期不能晚于今天。", "since"),
        ({"since": date(2013, 6, 1)}, "2013年已关闭，名单不再变动；请填写 2014-01-01 或以后的日期。", "since"),
    ],
)
def test_an_exemption_needs_a_reason_and_a_day_of_an_open_year(jiaxing, organization, officer, facts, sentence, field):
    figures.close(year=open_year(2013), by=None)
    with pytest.raises(DomainError) as caught:
        exempted(officer, organization, jiaxing.place(), **facts)
    assert (caught.value.message, caught.value.field) == (sentence, field)


def test_an_exemption_is_of_what_the_indicator_counts(jiaxing, organization, officer):
    with pytest.raises(DomainError, match="“组织覆盖率”不统计"):
        exempted(officer, organization, jiaxing.town())


def test_an_exemption_holds_once_and_ends_once(jiaxing, organization, officer):
    exemption = exempted(officer, organization, jiaxing.place())
    with pytest.raises(Conflict, match="已经不列入“组织覆盖率”统计"):
        exempted(officer, organization, jiaxing.place())
    exemptions.end(exemption=exemption)
    with pytest.raises(Conflict, match=f"已自 {TODAY} 起恢复统计"):
        exemptions.end(exemption=exemption)
    assert exempted(officer, organization, jiaxing.place()).pk != exemption.pk


@pytest.mark.parametrize("facts", [{"reason": ""}, {"until": date(2012, 1, 1)}])
def test_the_database_refuses_an_exemption_without_reason_or_order(jiaxing, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        ExemptionFactory(organization=jiaxing.place(), **facts)


def test_the_list_of_a_closed_year_still_names_its_exemptions(jiaxing, organization, officer):
    exemption = ExemptionFactory(organization=jiaxing.place(), since=date(2013, 3, 1))
    figures.close(year=open_year(2013), by=None)
    exemptions.end(exemption=exemption)
    figures.settle(today=TODAY)

    overview = selectors.overview(node=jiaxing.city, year=2013, user=officer)
    assert city_figure(jiaxing, 2013) == (0, 1201)
    assert selectors.exemptions(overview=overview, indicator=organization, user=officer) == [exemption]
    assert city_figure(jiaxing) == (0, 1202)


def test_the_office_names_whom_as_people_write_it(jiaxing, city, organization):
    place, county = jiaxing.place(), jiaxing.county()
    form = {"indicator": "organization", "county": county.pk, "organization": f" {place.name} ", "since": TODAY, "reason": "整村拆迁。"}

    answer = city.post("/coverage/exemptions/add/", form, follow=True)

    assert f"已登记：{place}自 {TODAY} 起不列入统计。" in answer.content.decode()
    assert Exemption.objects.get().organization == place


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"organization": "没有这个村"}, "没有这个村（社区），请核对名称。"),
        ({"since": "0207-01-01"}, "请核对年份。"),
        ({"indicator": "nonsense"}, "没有这个选项"),
        ({"reason": ""}, "请填写原因。"),
    ],
)
def test_a_wrong_exemption_keeps_what_was_typed(jiaxing, city, organization, typed, sentence):
    form = {"indicator": "organization", "county": jiaxing.county().pk, "organization": "某村", "since": TODAY, "reason": "整村拆迁。"}
    text = city.post("/coverage/exemptions/add/", {**form, **typed}).content.decode()
    assert sentence in text
    assert {**form, **typed}["organization"] in text
    assert not Exemption.objects.exists()


def test_a_name_that_several_bear_is_asked_for_by_its_code(jiaxing, city, organization):
    first, second = jiaxing.place(), jiaxing.county().children.last().children.filter(kind="place").last()
    type(second).objects.filter(pk=second.pk).update(name=first.name)
    form = {"indicator": "organization", "county": jiaxing.county().pk, "organization": first.name, "since": TODAY, "reason": "x"}
    text = city.post("/coverage/exemptions/add/", form).content.decode()
    assert "有多个同名单位" in text
    city.post("/coverage/exemptions/add/", {**form, "organization": second.code})
    assert Exemption.objects.get().organization == second


def test_counties_read_what_the_city_sets_and_set_nothing(jiaxing, lead, organization):
    exemption = ExemptionFactory(organization=jiaxing.place())
    ExemptionFactory(organization=jiaxing.place("海宁市"))
    target = set_target("organization", YEAR, "60", county=jiaxing.county())
    listed = lead.get("/coverage/exemptions/").content.decode()
    assert str(jiaxing.place()) in listed
    assert "海宁市" not in listed
    assert lead.get("/coverage/targets/").status_code == 200
    taking_back = (f"exemptions/{exemption.pk}/end", f"targets/apart/{target.pk}/withdraw")
    for path in ("exemptions/add", "targets/apart", "targets/steps", *taking_back):
        assert lead.post(f"/coverage/{path}/", {}).status_code == 403


def test_a_step_asks_for_no_more_than_the_year_and_only_rises(organization, jiaxing):
    targets.add_step(indicator=organization, due_on=date(2013, 6, 30), percent=Decimal(65))
    for day, percent, sentence in [
        (date(2013, 9, 30), 81, "不能高于全年目标 80%。"),
        (date(2013, 9, 30), 60, "应与 2013-06-30 的分步目标 65% 前后衔接，只升不降。"),
        (date(2013, 3, 31), 70, "应与 2013-06-30 的分步目标 65% 前后衔接，只升不降。"),
        (date(2013, 6, 30), 66, "2013-06-30已有分步目标 65%，请先移除。"),
        (date(2011, 6, 30), 10, "“组织覆盖率”2011年没有目标，请先设定全年目标。"),
    ]:
        with pytest.raises(DomainError, match=sentence):
            targets.add_step(indicator=organization, due_on=day, percent=Decimal(percent))
    assert Milestone.objects.count() == 1


def test_a_closed_year_takes_no_step_and_no_target(organization, jiaxing):
    step = targets.add_step(indicator=organization, due_on=date(2013, 6, 30), percent=Decimal(65))
    target = set_target("organization", 2013, "60", county=jiaxing.county())
    figures.close(year=open_year(2013), by=None)
    for act in (
        lambda: targets.add_step(indicator=organization, due_on=date(2013, 7, 31), percent=Decimal(70)),
        lambda: targets.remove_step(milestone=step),
        lambda: targets.withdraw(target=target),
        lambda: targets.set_apart(indicator=organization, year=2013, county=jiaxing.county("海宁市"), percent=Decimal(70), reason="x"),
    ):
        with pytest.raises(DomainError, match="2013年已关闭，目标不再变动。"):
            act()
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=step.pk).delete()


def test_a_unit_has_one_target_of_its_own_a_year_and_loses_it_again(jiaxing, city, organization):
    county = jiaxing.county()
    form = {"indicator": "organization", "county": county.pk, "percent": "60", "reason": "新划入两个镇，当年起步。"}
    address = f"/coverage/targets/apart/?year={YEAR}"

    answer = city.post(address, form, follow=True).content.decode()
    assert f"已为{county}设定 60% 的目标。" in answer
    assert "新划入两个镇，当年起步。" in answer

    again = city.post(address, {**form, "percent": "65"})
    assert again.status_code == 409
    assert "已有单独目标 60%（新划入两个镇，当年起步。），请先撤销再设定。" in again.content.decode()

    city.post(f"/coverage/targets/apart/{Target.objects.get(county=county).pk}/withdraw/")
    assert not Target.objects.filter(county=county).exists()


def test_the_form_of_a_step_keeps_what_was_typed(city, organization):
    text = city.post("/coverage/targets/steps/", {"indicator": "organization", "due_on": f"{YEAR}-06-30", "percent": "99"}).content.decode()
    assert "不能高于全年目标 80%。" in text
    assert 'value="99"' in text
