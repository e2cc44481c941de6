"""Of a closed year the bulletin says the same for ever; of one that moves it says so."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connections
from django.utils import timezone

from apps.core import scope
from apps.coverage import papers
from apps.coverage.models import Exemption, Fact, Year
from apps.coverage.papers import reading
from apps.coverage.services import corrections, exemptions, figures
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, PioneerUnit, School
from tests.factories.bulletins import YEAR, made, part, printed, read, said
from tests.factories.coverage import ExemptionFactory, open_year, set_target
from tests.factories.organizations import SchoolFactory, UnitFactory

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client(jiaxing, officer):
    return jiaxing.signed_in(officer)


@pytest.fixture
def closed(jiaxing, school_indicator) -> Year:
    """A closed year with something to tell, and a closed one before it."""
    figures.close(year=open_year(YEAR - 2), by=None)
    UnitFactory(organization=jiaxing.place(), established_on=date(YEAR - 1, 5, 1))
    jiaxing.school(strength="strong")
    ExemptionFactory(organization=jiaxing.place(number=1))
    ExemptionFactory(organization=jiaxing.school("海宁市"), indicator="strong", reason="校舍重建。")
    set_target("organization", YEAR - 1, "70", jiaxing.county("平湖市"))
    return figures.close(year=open_year(YEAR - 1), by=None)


def test_a_closed_year_says_the_same_whatever_happens_later(jiaxing, officer, client, closed):
    before, text = read(jiaxing.city, officer, closed.pk), printed(made(client, jiaxing.city, year=closed.pk))
    assert "年度已关闭，数字不再变动。" in text

    town, other = jiaxing.town(), jiaxing.county("海宁市")
    town.parent = other
    town.save()
    PioneerUnit.objects.update(dissolved_on=TODAY)
    UnitFactory.create_batch(3, organization=jiaxing.place("港区"), established_on=TODAY)
    School.objects.update(strength="weaker", closed_on=TODAY)
    SchoolFactory(parent=jiaxing.town("平湖市"), strength="strong")
    set_target("organization", YEAR, "95")
    set_target("organization", YEAR, "60", jiaxing.county("平湖市"))
    for each in list(Exemption.objects.all()):
        exemptions.end(exemption=each)
    ExemptionFactory(organization=jiaxing.place("嘉善县"), since=date(YEAR, 1, 1))
    figures.settle()

    assert read(jiaxing.city, officer, closed.pk) == before
    assert printed(made(client, jiaxing.city, year=closed.pk)) == text
    assert read(jiaxing.city, officer) != before


def test_a_correction_after_closing_is_told(jiaxing, officer, closed):
    fact = Fact.objects.of(year=closed.pk, indicator="organization").get(organization=jiaxing.place("海宁市"))
    corrections.correct(fact=fact, covered=True, reason="漏登。", by=officer)
    paper = read(jiaxing.city, officer, closed.pk)
    assert said(paper, "有关说明") == {"更正": "年度关闭后，经核实更正组织覆盖率1处，本通报为更正后的数字。"}
    assert "已覆盖2个" in said(paper, "总体情况")["组织覆盖率"]


def test_what_went_to_another_unit_after_closing_is_counted_and_said(jiaxing, closed):
    town = jiaxing.town()
    places = town.children.filter(kind=Kind.PLACE).count() - 1  # one is not counted
    town.parent = jiaxing.county("海宁市")
    town.save()
    paper = read(jiaxing.county(), jiaxing.person("county_lead", jiaxing.county()), closed.pk)
    assert f"现已划归其他单位的计入合计，不在表内：组织覆盖率{places}个" in part(paper, "各镇").grids[0].note
    assert said(paper, "总体情况")["组织覆盖率"].startswith("应覆盖122个村（社区），已覆盖1个，")


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield
        with scope.opened(scope.EVERYTHING, using="owner"):
            Organization.pgh_event_model.objects.using("owner").filter(pgh_label="update").delete()
        connections.close_all()


def test_units_of_a_closed_year_keep_the_names_of_that_time(committed):
    def call(name: str) -> None:
        with scope.opened(scope.EVERYTHING):
            Organization.objects.filter(pk=port.pk).update(name=name)

    with scope.opened(scope.EVERYTHING):
        port = Organization.objects.get(name="港区")
    call("滨海新区")
    closed_at = timezone.now()
    call("港区")
    with scope.opened(scope.EVERYTHING):
        years = [SimpleNamespace(closed_at=at, is_closed=at is not None) for at in (closed_at, timezone.now(), None)]
        told = [reading._names(SimpleNamespace(year=year, node=port, rows=())) for year in years]
    assert told == [{port.pk: "滨海新区"}, {port.pk: "港区"}, {}]


@pytest.mark.parametrize(
    ("year", "is_closed", "state"),
    [
        (YEAR - 1, True, "年度已关闭，数字不再变动。"),
        (YEAR - 1, False, "年度尚未关闭，以关闭后的数字为准。"),
        (YEAR, False, "年度尚未结束，数字随登记和确认变动。"),
    ],
)
def test_it_says_whether_its_figures_still_move(jiaxing, officer, year, is_closed, state):
    if (year, TODAY.month, TODAY.day) == (YEAR, 12, 31):
        pytest.skip("on its last day a year is over")
    opened = open_year(year)
    if is_closed:
        figures.close(year=opened, by=None)
    assert read(jiaxing.city, officer, year).opening.endswith(state)


def test_a_closed_year_is_not_compared_with_one_that_still_moves(jiaxing, officer):
    open_year(YEAR - 2)
    figures.close(year=open_year(YEAR - 1), by=None)
    assert papers.read(node=jiaxing.city, year=YEAR - 1, user=officer).before is None
    assert papers.read(node=jiaxing.city, year=YEAR, user=officer).before.year.pk == YEAR - 1
