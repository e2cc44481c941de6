from datetime import date, timedelta

import pytest
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.supervision import todos
from apps.supervision.models import SupervisionReport
from apps.years.models import Window
from tests.factories.supervision import SupervisionFactory, handed_in, inspected, window_of

YEAR = timezone.localdate().year


@pytest.fixture
def county(jiaxing):
    return jiaxing.county()


@pytest.fixture
def lead(jiaxing, county):
    return jiaxing.signed_in(jiaxing.person("county_lead", county))


@pytest.fixture
def city(jiaxing):
    return jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))


def form_data(report, *inspections, **changes):
    rows = {f"inspections-{n}-{name}": value for n, row in enumerate(inspections) for name, value in row.items()}
    return {
        "version": report.version,
        "measures_title": "督导办法",
        "measures_issued_on": "2012-03-01",
        "body_name": "督导组",
        "body_head": "王芳",
        "body_set_up_on": "2012-04-01",
        "inspections-TOTAL_FORMS": len(inspections),
        "inspections-INITIAL_FORMS": 0,
        **rows,
        **changes,
    }


def row(held_on="2012-06-01", place="第一小学", findings="队室偏小", rectification=""):
    return {"held_on": held_on, "place": place, "findings": findings, "rectification": rectification}


def test_county_files_and_the_city_receives(county, lead, city):
    window_of(YEAR)
    assert f"{YEAR}年督导情况" in lead.get("/supervision/").content.decode()
    lead.post(f"/supervision/year/{YEAR}/{county.pk}/begin/")
    report = SupervisionReport.objects.get(organization=county)
    today = timezone.localdate().isoformat()

    checked = lead.post(f"/supervision/{report.pk}/edit/", form_data(report, row(today), row("", "", "", ""), action="check"), follow=True)
    assert checked.redirect_chain[-1][0] == f"/supervision/{report.pk}/"
    assert "已上报。" in lead.post(f"/supervision/{report.pk}/submit/", {"version": 2}, follow=True).content.decode()
    received = city.post(f"/supervision/{report.pk}/approve/", {"version": 3, "slot": "review"}, follow=True)
    assert "已接收。" in received.content.decode()

    board = city.get(f"/supervision/?year={YEAR}")
    facts = board.context["facts"]
    assert (board.context["board"].handed_in, facts.measures, facts.body, facts.inspected) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"measures_issued_on": "2013-01-01"}, "measures_issued_on", "印发日期不能晚于 2012-12-31。"),
        ({"body_set_up_on": "2013-01-01"}, "body_set_up_on", "成立日期不能晚于 2012-12-31。"),
        ({"measures_issued_on": "0201-01-01"}, "measures_issued_on", "日期不能早于1949年，请核对年份。"),
        ({"measures_issued_on": "昨天"}, "measures_issued_on", "请填写正确的日期，例如 2027-04-10。"),
    ],
)
def test_wrong_dates_are_refused_at_the_field(county, lead, changes, field, sentence):
    report = SupervisionFactory(organization=county)
    response = lead.post(f"/supervision/{report.pk}/edit/", form_data(report, **changes))
    assert response.context["form"].errors == {field: [sentence]}


def test_inspections_survive_the_save_that_follows_their_own_saving(county, lead):
    report = SupervisionFactory(organization=county)
    for version in (1, 2, 3):
        report.version = version
        lead.post(f"/supervision/{report.pk}/edit/", form_data(report, row(), row(place="第二小学")), headers={"X-Autosave": "1"})
    assert list(report.inspections.values_list("position", "place")) == [(1, "第一小学"), (2, "第二小学")]


@pytest.mark.parametrize("held_on", ["2011-12-31", "2013-01-01"])
def test_inspection_belongs_to_its_year_and_nothing_typed_is_lost(county, lead, held_on):
    report = SupervisionFactory(organization=county)
    response = lead.post(f"/supervision/{report.pk}/edit/", form_data(report, row(held_on, place="远方小学")))

    sentence = "督导日期应在 2012-01-01 和 2012-12-31 之间。"
    assert response.context["form"].more_errors() == [("督导 1 日期", "id_inspections-0-held_on", sentence)]
    assert response.context["form"].rows.forms[0].errors == {"held_on": [sentence]}
    assert "远方小学" in response.content.decode()


def test_future_is_refused_in_the_running_year(county, lead):
    report = SupervisionFactory(organization=county, year=YEAR)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    response = lead.post(f"/supervision/{report.pk}/edit/", form_data(report, row(tomorrow), measures_issued_on=tomorrow))
    assert set(response.context["form"].errors) == {"measures_issued_on"}
    assert [label for label, *_ in response.context["form"].more_errors()] == ["督导 1 日期"]


def test_year_that_is_not_open_gets_a_sentence(county, lead):
    Window.proposed("supervision", YEAR - 1).save()
    page = lead.post(f"/supervision/year/{YEAR - 1}/{county.pk}/begin/", follow=True)
    assert f"{YEAR - 1}年督导情况已于 {YEAR - 1}-12-31 截止填报" in page.content.decode()
    assert lead.post(f"/supervision/year/{YEAR + 1}/{county.pk}/begin/").status_code == 404


def test_report_after_the_due_day_is_late_as_a_plan_is(county, lead):
    report = SupervisionFactory(organization=county)  # of 2012, due long ago
    answer = lead.post(f"/supervision/{report.pk}/submit/", {"version": 1}, follow=True)
    assert "已上报（已超过规定时间，按逾期记录）。" in answer.content.decode()


def test_years_are_chosen_in_one_select(city):
    for year in range(2012, YEAR + 1):
        window_of(year)
    page = city.get("/supervision/?year=2015").content.decode()
    assert ('<option value="2015" selected>2015年</option>' in page, page.count("<option value=")) == (True, YEAR - 2011)


def test_returned_report_shows_the_remark_on_inspections(county, lead, city):
    report = handed_in(county)
    inspected(report)
    city.post(f"/supervision/{report.pk}/return/", {"version": 1, "reason": "请补充", "remark_inspections": "缺整改情况"})
    page = lead.get(f"/supervision/{report.pk}/edit/")
    assert [remark.text for remark, _ in page.context["form"].rows_part.remarks] == ["缺整改情况"]


def test_another_county_does_not_find_the_report(jiaxing, county):
    report = handed_in(county)
    stranger = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("秀洲区")))
    for url in ("", "edit/", "return/"):
        assert stranger.get(f"/supervision/{report.pk}/{url}").status_code in (403, 404)
    assert stranger.get(f"/supervision/{report.pk}/").status_code == 404
    assert stranger.post(f"/supervision/{report.pk}/submit/", {"version": 1}).status_code == 404


def test_city_does_not_see_a_draft_and_schools_have_no_supervision(jiaxing, county, city):
    draft = SupervisionFactory(organization=county)
    assert city.get(f"/supervision/{draft.pk}/").status_code == 404
    board = city.get("/supervision/?year=2012").context["board"]
    assert {standing.state_label for standing in board.standings} == {"未填报"}
    counselor = jiaxing.signed_in(jiaxing.person("school_counselor", jiaxing.school()))
    assert counselor.get("/supervision/").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_board_costs_the_same_however_many_reported(jiaxing, city, django_assert_num_queries, count):
    for name in ("南湖区", "秀洲区", "嘉善县")[:count]:
        inspected(handed_in(jiaxing.county(name)))
    city.get("/supervision/?year=2012")
    with django_assert_num_queries(15):
        city.get("/supervision/?year=2012")


@pytest.mark.parametrize("sort", ["title", "-state", "measures", "body", "-inspections", "submitted_at", "nonsense"])
def test_every_column_sorts(jiaxing, city, lead, sort):
    inspected(handed_in(jiaxing.county("秀洲区")))
    assert city.get(f"/supervision/?year=2012&sort={sort}").status_code == 200
    assert lead.get(f"/supervision/?sort={sort}").status_code == 200


def test_desk_says_what_waits(jiaxing, county):
    lead, officer = jiaxing.person("county_lead", county), jiaxing.person("city_officer", jiaxing.city)
    window_of(YEAR)

    def titles(source, user):
        return [(todo.title, todo.count) for todo in source(user)]

    assert titles(todos.to_report, lead) == [(f"填报{YEAR}年督导情况", 1)]
    assert titles(todos.to_report, officer) == []
    handed_in(county, year=YEAR, measures_issued_on=date(2012, 3, 1))
    handed_in(jiaxing.county("秀洲区"), year=YEAR)
    SupervisionFactory(organization=county, year=YEAR - 1)
    assert titles(todos.to_receive, officer) == [(f"{YEAR}年督导情况待接收", 2)]
    assert titles(todos.to_report, lead) == [(f"完成{YEAR - 1}年督导情况", 1)]
    SupervisionReport.objects.in_year(YEAR).update(state=State.RETURNED)
    assert (f"南湖区{YEAR}年督导情况被退回", 1) in titles(todos.to_report, lead)
