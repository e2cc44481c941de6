from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.services import Incomplete
from apps.supervision import services
from apps.years.models import Window
from tests.factories.supervision import SupervisionFactory, handed_in, inspected, window_of

YEAR = timezone.localdate().year


@pytest.fixture
def county(jiaxing):
    return jiaxing.county()


@pytest.fixture
def lead(jiaxing, county):
    return jiaxing.person("county_lead", county)


@pytest.fixture
def officer(jiaxing):
    return jiaxing.person("city_officer", jiaxing.city)


def row(held_on=date(2012, 6, 1), place="第一小学", findings="无", rectification=""):
    return {"held_on": held_on, "place": place, "findings": findings, "rectification": rectification}


def test_report_is_begun_once_a_year(county, lead):
    first, begun = services.draft(organization=county, window=window_of(YEAR), by=lead)
    second, again = services.draft(organization=county, window=window_of(YEAR), by=lead)
    assert (first.pk, begun, again) == (second.pk, True, False)


def test_report_is_begun_with_what_stands_from_last_year(county, lead):
    before = handed_in(county, State.APPROVED, year=YEAR - 1)
    inspected(before)

    report, _ = services.draft(organization=county, window=window_of(YEAR), by=lead)

    assert (report.measures_title, report.body_set_up_on, report.inspection_count) == ("少先队工作督导办法", date(2012, 4, 1), 0)


def test_report_is_begun_only_in_its_window(county, lead):
    window = Window.proposed("supervision", YEAR - 1)
    window.save()
    with pytest.raises(DomainError) as refused:
        services.draft(organization=county, window=window, by=lead)
    assert refused.value.message == f"{YEAR - 1}年督导情况已于 {YEAR - 1}-12-31 截止填报；如需补报，请向市少工委办公室申请延期。"


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        ({}, {}),
        ({"measures_title": ""}, {"measures_title": "请填写督导办法的文件名称。"}),
        (
            {"body_head": "", "body_set_up_on": None},
            {"body_head": "请填写督导机构的负责人。", "body_set_up_on": "请填写督导机构的成立日期。"},
        ),
        ({"measures_issued_on": date(2013, 1, 1)}, {"measures_issued_on": "印发日期不能晚于 2012-12-31。"}),
        ({"measures_title": "", "measures_issued_on": None}, {}),
        (
            {"measures_title": "", "measures_issued_on": None, "body_name": "", "body_head": "", "body_set_up_on": None},
            {"inspections": "督导办法、督导机构、督导工作至少填写一项后才能上报。"},
        ),
    ],
)
def test_each_part_is_filled_in_whole_or_left_out(county, facts, problems):
    assert SupervisionFactory(organization=county, **facts).problems() == problems


def test_unfinished_inspection_is_named(county, lead):
    report = SupervisionFactory(organization=county)
    saved = services.save(report=report, by=lead, version=1, inspections=[row(), row(findings="")])

    with pytest.raises(Incomplete) as refused:
        services.submit(report=saved, by=lead, version=2)
    assert refused.value.problems == {"inspections": "第 2 次督导没有填完整（日期、督导对象、发现的问题）。"}


def test_inspections_are_replaced_as_a_set_and_kept_when_unchanged(county, lead):
    report = SupervisionFactory(organization=county)
    services.save(report=report, by=lead, version=1, inspections=[row(), row(place="第二小学")])
    kept = list(report.inspections.values_list("pk", flat=True))
    services.save(report=report, by=lead, version=2, inspections=[row(), row(place="第二小学")])
    assert list(report.inspections.values_list("pk", flat=True)) == kept

    services.save(report=report, by=lead, version=3, inspections=[row(place="第二小学")])
    assert list(report.inspections.values_list("position", "place")) == [(1, "第二小学")]
    services.save(report=report, by=lead, version=4, inspections=[])
    assert report.inspection_count == 0


def test_county_reports_and_the_city_receives(county, lead, officer):
    report = SupervisionFactory(organization=county)
    inspected(report)
    sent = services.submit(report=report, by=lead, version=1)
    received = services.approve(report=sent, slot="review", by=officer, version=2)

    assert (received.state, received.state_label) == (State.APPROVED, "已接收")
    steps = list(received.steps.all())
    assert [(step.verb_label, step.on_behalf_of) for step in steps] == [("上报", "南湖区少工委"), ("接收", "市少工委办公室")]
    assert steps[0].content["inspections"] == [
        {"held_on": "2012-06-01", "place": "第一小学", "findings": "队室偏小", "rectification": "已调整"}
    ]


def test_second_of_two_officers_is_told(jiaxing, county, lead, officer):
    sent = services.submit(report=SupervisionFactory(organization=county), by=lead, version=1)
    services.approve(report=sent, slot="review", by=officer, version=2)
    with pytest.raises(Conflict) as refused:
        services.approve(report=sent, slot="review", by=jiaxing.person("city_officer", jiaxing.city), version=2)
    assert "已接收" in refused.value.message


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [({"year": 2011}, "window_year_known"), ({"state": State.APPROVED}, "supervision_submitted_has_time")],
)
def test_database_refuses_what_must_never_be(county, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SupervisionFactory(organization=county, **facts)


def test_only_reporting_units_report(jiaxing):
    with pytest.raises(IntegrityError, match="supervision_of_a_reporting_unit"), transaction.atomic():
        SupervisionFactory(organization=jiaxing.school())
