"""The office's board of a year: where each unit stands, who is reminded, and the workbook of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.core.lifecycle.enums import State
from apps.notices.enums import Kind
from apps.notices.models import Event
from apps.plans import services
from apps.plans.models import Plan
from apps.years.enums import Answer
from apps.years.models import Extension
from tests.factories.plans import PlanFactory
from tests.factories.workbooks import rows
from tests.plans.test_pages import said

MEANWHILE = "有单位刚刚已经上报，或者今天已经催办，请核对后再发送。"
WORD = "只有本县知道的话"


@pytest.fixture
def city(jiaxing, officer):
    return jiaxing.signed_in(officer)


@pytest.fixture
def standing(jiaxing, window, officer):
    """A unit in each standing; the other five have not begun."""

    def handed_in(name):
        plan = PlanFactory(organization=jiaxing.county(name), window=window)
        return services.submit(report=plan, by=jiaxing.person("county_lead", plan.organization), version=1)

    PlanFactory(organization=jiaxing.county("南湖区"), window=window, leader=WORD)
    handed_in("秀洲区")
    services.send_back(
        report=handed_in("嘉善县"), by=officer, version=2, reason="请补充。", remarks={"goals": "写明。", "duties": "写明。"}
    )
    services.approve(report=handed_in("平湖市"), slot="review", by=officer, version=2)


def lines(client, query=""):
    table = client.get(f"/plans/{query}").context["table"]
    return {row.record.organization.name: row.record for row in table.rows}


def test_board_says_where_everybody_stands(city, standing):
    found = {name: (line.where.label, line.timing, line.remark_count) for name, line in lines(city).items()}
    assert found == {
        "南湖区": ("草稿", "还有 10 天", 0),
        "秀洲区": ("已上报", "按时上报", 0),
        "嘉善县": ("已退回", "还有 10 天", 2),
        "平湖市": ("已通过", "按时上报", 0),
        **dict.fromkeys(("海盐县", "海宁市", "桐乡市", "经开区", "港区", "市教育局团委"), ("未填报", "还有 10 天", 0)),
    }


def test_of_a_draft_the_city_knows_that_it_is_there_and_not_a_word(city, standing):
    line = lines(city)["南湖区"]
    assert (line.report, line.begun_at is not None) == (None, True)
    assert WORD not in city.get("/plans/").content.decode()
    assert city.get(f"/plans/{Plan.objects.get(leader=WORD).pk}/").status_code == 404


def test_days_run_out_and_more_time_is_named(city, standing, jiaxing, window, clock, lead):
    unit = jiaxing.county("海盐县")
    until = window.closes_on + timedelta(days=5)
    facts = {"wanted_until": until, "until": until, "answer": Answer.GRANTED, "asked_by": lead, "reason": "换届"}
    Extension.objects.create(window=window, organization=unit, county=unit, **facts)
    clock(window.due_on)
    assert lines(city)["南湖区"].timing == "今天截止"
    clock(window.due_on + timedelta(days=3))
    found = lines(city)
    assert (found["南湖区"].timing, found["海盐县"].timing) == ("已逾期 3 天", f"已逾期 3 天，延至 {until:%Y-%m-%d}")
    assert (found["南湖区"].is_late, found["秀洲区"].is_late) == (True, False)


@pytest.mark.parametrize(("state", "names"), [("draft", ["南湖区"]), ("approved", ["平湖市"]), ("nonsense", None), ("", None)])
def test_board_is_filtered(city, standing, state, names):
    found = list(lines(city, f"?state={state}"))
    assert found == names if names else len(found) == 10


def test_missing_are_those_who_have_not_handed_in_or_must_again(city, standing):
    assert {"秀洲区", "平湖市"} & set(lines(city, "?state=missing")) == set()
    assert len(lines(city, "?state=missing")) == 8


@pytest.mark.parametrize("order", ["title", "-state", "timing", "submitted_at", "-remark_count", "last_at", "reminded"])
def test_board_is_sorted(city, standing, order):
    assert len(lines(city, f"?sort={order}")) == 10


def test_workbook_says_the_same_and_is_recorded(city, standing, window):
    found = rows(city.get(f"/plans/?year={window.year}&state=missing&export=xlsx").getvalue(), numbers=True)
    assert [row[:3] for row in found[:2]] == [["报送单位", "状态", "时限"], ["南湖区", "草稿", "还有 10 天"]]
    assert len(found) == 9
    assert Act.objects.filter(verb=Verb.EXPORT).get().details["count"] == 8


def test_a_unit_takes_its_own_years_along(jiaxing, lead, standing, window):
    found = rows(jiaxing.signed_in(lead).get("/plans/?export=xlsx").getvalue(), numbers=True)
    assert [row[:2] for row in found] == [["年度", "状态"], [f"{window.year}年", "草稿"]]


def reminders():
    return Event.objects.filter(kind=Kind.REMINDER).order_by("pk")


def remind(client, window, *units, **more):
    return client.post(f"/plans/year/{window.year}/remind/", {"units": [unit.pk for unit in units], **more}, follow=True)


def test_preview_lists_only_who_has_not_handed_in_with_who_gets_it(jiaxing, city, lead, standing, window):
    form = city.get(f"/plans/year/{window.year}/remind/").context["form"]
    choices = [label for _, label in form.fields["units"].choices]
    assert len(choices) == 8 == len(form["units"].value())
    assert choices[0] == "南湖区（草稿，还有 10 天）：王芳"
    assert choices[2] == "海盐县（未填报，还有 10 天）：还没有人员账号"


def test_one_click_reminds_and_the_board_shows_it(jiaxing, city, officer, lead, standing, window):
    units = [jiaxing.county("南湖区"), jiaxing.county("海盐县")]
    answer = remind(city, window, *units, text="请抓紧。")
    assert said(answer) == ["已催办 2 个单位：南湖区、海盐县。"]
    events = reminders()
    assert [(event.organization, event.by, event.to) for event in events] == [(unit, officer, "plans.edit") for unit in units]
    assert events[0].text.endswith("市少工委办公室还没有收到南湖区的" + window.label + "。\n请抓紧。")
    assert "朱勇" in lines(city)["南湖区"].reminded
    assert lines(city)["嘉善县"].reminded == ""
    form = city.get(f"/plans/year/{window.year}/remind/").context["form"]
    assert (len(form.fields["units"].choices), [line.organization.name for line in form.told_today]) == (6, ["南湖区", "海盐县"])


def test_of_two_who_remind_the_second_is_told(jiaxing, city, standing, window):
    second = jiaxing.person("city_officer", jiaxing.city)
    services.remind(window=window, units=[jiaxing.county("港区")], by=second)
    answer = remind(city, window, jiaxing.county("南湖区"), jiaxing.county("港区"))
    assert answer.context["form"].errors == {"units": [MEANWHILE]}
    assert len(reminders()) == 1  # all or none


def test_whoever_has_handed_in_is_not_reminded(jiaxing, city, standing, window):
    assert remind(city, window, jiaxing.county("秀洲区")).context["form"].errors == {"units": [MEANWHILE]}
    assert list(reminders()) == []


def test_choosing_nobody_is_told(city, standing, window):
    assert remind(city, window).context["form"].errors == {"units": ["请至少选择一个单位。"]}


def test_board_asks_the_database_the_same_for_one_and_many(jiaxing, city, standing, window):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            city.get("/plans/")
        return len(captured)

    by = jiaxing.person("city_officer", jiaxing.city)
    services.remind(window=window, units=[jiaxing.county("港区")], by=by)
    queries()
    before = queries()
    for name, missing in (("海宁市", "南湖区"), ("桐乡市", "海盐县")):
        unit = jiaxing.county(name)
        facts = {"submitted_at": timezone.now(), "submitted_by": jiaxing.person("county_lead", unit)}
        PlanFactory(organization=unit, window=window, state=State.SUBMITTED, **facts)
        services.remind(window=window, units=[jiaxing.county(missing)], by=by)
    assert queries() == before
