import pytest

from apps.years.models import Window
from tests.factories.years import WindowFactory


@pytest.fixture
def city(jiaxing):
    return jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))


@pytest.fixture
def county(jiaxing):
    return jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))


DATES = {"opens_on": "2031-01-01", "due_on": "2031-04-10", "closes_on": "2031-05-01"}


def seen_by(client) -> str:
    return client.get("/years/2031/plans/").context["form"].initial["seen"]


def test_city_opens_a_year_and_changes_its_dates(city):
    proposed = city.get("/years/2031/plans/").context["form"].initial
    assert proposed["due_on"].isoformat() == "2031-04-10"
    city.post("/years/2031/plans/", {**DATES, "seen": proposed["seen"]})
    city.post("/years/2031/plans/", {**DATES, "closes_on": "2031-06-01", "seen": seen_by(city)})
    assert Window.objects.get(year=2031).closes_on.isoformat() == "2031-06-01"


@pytest.mark.parametrize("is_open", [False, True])
def test_of_two_who_change_a_year_the_second_is_shown_both(city, is_open):
    if is_open:
        WindowFactory(year=2031)
    seen = seen_by(city)
    city.post("/years/2031/plans/", {**DATES, "seen": seen})

    answer = city.post("/years/2031/plans/", {**DATES, "closes_on": "2031-06-01", "seen": seen})

    form = answer.context["form"]
    assert (answer.status_code, form["closes_on"].value(), form.fields["closes_on"].theirs) == (409, "2031-06-01", "2031-05-01")
    assert Window.objects.get(year=2031).closes_on.isoformat() == "2031-05-01"
    city.post("/years/2031/plans/", {**DATES, "closes_on": "2031-06-01", "seen": form["seen"].value()})
    assert Window.objects.get(year=2031).closes_on.isoformat() == "2031-06-01"


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"due_on": "2030-12-31"}, {"due_on": ["上报期限不能早于开始日期。"]}),
        ({"closes_on": "2031-04-09"}, {"closes_on": ["截止日期不能早于上报期限。"]}),
        ({"opens_on": ""}, {"opens_on": ["请填写开始日期。"]}),
        ({"opens_on": "0001-01-01"}, {"opens_on": ["日期应在2030年至2100年之间，请核对年份。"]}),
        ({"closes_on": "9999-12-31"}, {"closes_on": ["日期应在2030年至2100年之间，请核对年份。"]}),
        ({"closes_on": "明天"}, {"closes_on": ["请填写正确的日期，例如 2027-04-10。"]}),
    ],
)
def test_wrong_window_is_refused_at_its_field(city, changed, errors):
    answer = city.post("/years/2031/plans/", {**DATES, **changed})
    assert answer.context["form"].errors == errors
    assert not Window.objects.exists()


def test_only_the_city_opens_a_year_and_none_before_the_circular(county, city):
    assert county.get("/years/2031/plans/").status_code == 403
    assert city.get("/years/2011/plans/").status_code == 404
