from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle.services import Incomplete
from apps.notices.models import Event
from apps.plans import services as plans
from apps.years import todos
from apps.years.deadlines import reports
from apps.years.enums import Answer
from apps.years.models import Extension
from apps.years.services import extensions
from tests.factories.database import sql
from tests.factories.plans import PlanFactory
from tests.factories.supervision import handed_in, window_of

TODAY = timezone.localdate()
IN_FIVE_DAYS = TODAY + timedelta(days=5)


def told():
    return list(Event.objects.order_by("pk").values_list("to", "title"))


def test_county_asks_and_the_city_is_told_once(asked, over):
    assert (asked.answer, asked.is_open) == (Answer.OPEN, True)
    assert told() == [("years.open", f"南湖区申请{over.label}延期")]


def test_asking_twice_is_refused_with_who_asked(asked, over, lead, jiaxing):
    with pytest.raises(DomainError, match=r"王芳已于 .* 申请延期，请等待市少工委办公室答复；需要改动的，请先撤回。"):
        extensions.ask(window=over, organization=jiaxing.county(), reason="再申请。", wanted_until=IN_FIVE_DAYS, by=lead)


def test_granted_window_opens_for_that_unit_alone_and_what_comes_is_late(asked, over, lead, officer, jiaxing):
    plan = PlanFactory(organization=jiaxing.county(), window=over)
    with pytest.raises(Incomplete):
        plans.submit(report=plan, by=lead, version=1)

    extensions.grant(extension=asked, until=IN_FIVE_DAYS, note="同意。", by=officer)

    assert (over.closed_for(jiaxing.county(), TODAY), bool(over.closed_for(jiaxing.county("秀洲区"), TODAY))) == ("", True)
    sent = plans.submit(report=plan, by=lead, version=1)
    assert (sent.state, sent.is_late) == ("submitted", True)
    assert ("plans.edit", f"{over.label}已批准延至 {IN_FIVE_DAYS:%Y-%m-%d}") in told()


@pytest.mark.parametrize(("days", "hour", "minute", "second", "opens"), [(0, 23, 59, 59, True), (1, 0, 0, 0, False)])
def test_extension_closes_itself_at_midnight_in_jiaxing(asked, over, lead, officer, jiaxing, clock, days, hour, minute, second, opens):
    plan = PlanFactory(organization=jiaxing.county(), window=over)
    extensions.grant(extension=asked, until=IN_FIVE_DAYS, by=officer)
    clock(IN_FIVE_DAYS + timedelta(days=days), hour, minute, second)

    closed = f"{over.label}已于 {IN_FIVE_DAYS:%Y-%m-%d} 截止填报；如需补报，请向市少工委办公室申请延期。"
    assert plan.problems() == ({} if opens else {"": closed})
    assert list(over.__class__.objects.of_kind("plans").open_for(jiaxing.county(), timezone.localdate())) == ([over] if opens else [])


def test_city_may_grant_another_day_or_refuse_with_a_reason(asked, officer, over):
    with pytest.raises(DomainError, match="不批准的，请写明理由。"):
        extensions.refuse(extension=asked, note=" ", by=officer)
    refused = extensions.refuse(extension=asked, note="全市已汇总。", by=officer)
    assert (refused.answer, refused.note, refused.until) == (Answer.REFUSED, "全市已汇总。", None)
    assert told()[-1] == ("plans.edit", f"{over.label}的延期申请没有批准")


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(-1, "这一天已经过去，请选择今天或以后的日期。"), (0, ""), (3, "")],
)
def test_day_that_is_past_is_no_more_time(over, lead, jiaxing, days, sentence):
    facts = {"window": over, "organization": jiaxing.county(), "reason": "推迟。", "wanted_until": TODAY + timedelta(days=days), "by": lead}
    if not sentence:
        assert extensions.ask(**facts).is_open
        return
    with pytest.raises(DomainError) as refused:
        extensions.ask(**facts)
    assert (refused.value.message, refused.value.field) == (sentence, "wanted_until")


def test_day_on_which_it_is_open_anyway_is_no_more_time(jiaxing, lead):
    window = window_of(TODAY.year)
    with pytest.raises(DomainError, match=f"到 {window.closes_on:%Y-%m-%d} 本来就可以上报，请选择更晚的日期。"):
        extensions.ask(window=window, organization=jiaxing.county(), reason="推迟。", wanted_until=window.closes_on, by=lead)


def test_what_is_handed_in_needs_no_more_time(jiaxing, lead):
    handed_in(jiaxing.county(), year=TODAY.year)
    window = window_of(TODAY.year)
    assert extensions.needless(window=window, organization=jiaxing.county()) == f"{window.label}已上报，不需要申请延期。"


def test_of_two_answers_the_second_is_told(asked, officer, jiaxing):
    extensions.grant(extension=asked, until=IN_FIVE_DAYS, by=officer)
    other = jiaxing.person("city_officer", jiaxing.city)
    with pytest.raises(Conflict, match=f"朱勇在 .* 已办理（已批准，延至 {IN_FIVE_DAYS:%Y-%m-%d}），您的操作没有执行。"):
        extensions.refuse(extension=asked, note="不同意。", by=other)
    with pytest.raises(Conflict):
        extensions.withdraw(extension=asked, by=asked.asked_by)


def test_withdrawn_application_can_be_made_again(asked, over, lead, jiaxing):
    extensions.withdraw(extension=asked, by=lead)
    assert extensions.needless(window=over, organization=jiaxing.county()) == ""
    extensions.ask(window=over, organization=jiaxing.county(), reason="再申请。", wanted_until=IN_FIVE_DAYS, by=lead)
    assert list(Extension.objects.values_list("answer", flat=True)) == ["open", "withdrawn"]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("answer = 'granted'", "extension_granted_until_a_day"),
        ("until = '2030-01-01'", "extension_granted_until_a_day"),
    ],
)
def test_database_refuses_an_answer_without_its_day(asked, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        sql(f"UPDATE years_extension SET {change} RETURNING id")  # noqa: S608


def test_database_refuses_a_second_open_application(asked):
    columns = "reason, wanted_until, asked_at, answer, note, asked_by_id, county_id, organization_id, window_id"
    with pytest.raises(IntegrityError, match="extension_asked_once_at_a_time"), transaction.atomic():
        sql(f"INSERT INTO years_extension ({columns}) SELECT {columns} FROM years_extension RETURNING id")  # noqa: S608


# On the desk, and in the reminders


def test_desk_of_both_sides(over, lead, officer, jiaxing):
    assert [(todo.title, todo.tone) for todo in todos.to_ask(lead)] == [(f"{over.label}没有上报", "warning")]
    extension = extensions.ask(window=over, organization=jiaxing.county(), reason="推迟。", wanted_until=IN_FIVE_DAYS, by=lead)
    assert list(todos.to_ask(lead)) == []
    assert [(todo.title, todo.url) for todo in todos.to_answer(officer)] == [(str(extension), extension.get_absolute_url())]
    assert list(todos.to_answer(lead)) == []
    extensions.grant(extension=extension, until=IN_FIVE_DAYS, by=officer)
    assert list(todos.to_answer(officer)) == list(todos.to_ask(lead)) == []


def test_deadline_is_the_granted_day_of_that_unit_alone(asked, over, officer, jiaxing):
    assert list(reports(TODAY)) == []
    extensions.grant(extension=asked, until=IN_FIVE_DAYS, by=officer)
    found = list(reports(TODAY))
    assert [(str(each.organization), timezone.localdate(each.due), each.to) for each in found] == [("南湖区", IN_FIVE_DAYS, "plans.edit")]
    assert list(reports(IN_FIVE_DAYS + timedelta(days=1))) == []


def test_deadline_is_owed_by_who_reports_and_has_not(jiaxing):
    window = window_of(TODAY.year)
    handed_in(jiaxing.county(), year=TODAY.year)
    exempted = jiaxing.county("港区")
    window.exemptions.create(organization=exempted, county=exempted, reason="不单独报送")
    owed = [str(each.organization) for each in reports(TODAY)]
    assert owed == ["秀洲区", "嘉善县", "平湖市", "海盐县", "海宁市", "桐乡市", "经开区", "市教育局团委"]


# The pages


def messages(answer):
    return [str(each) for each in answer.context["messages"]]


def test_county_asks_and_withdraws_on_its_pages(county, over, jiaxing):
    url = f"/years/{over.year}/plans/{jiaxing.county().pk}/ask/"
    assert url in county.get(f"/years/{over.year}/").content.decode()
    answer = county.post(url, {"reason": "培训推迟。", "wanted_until": IN_FIVE_DAYS.isoformat()}, follow=True)
    assert messages(answer) == ["申请已提交，市少工委办公室答复后会通知您。"]
    extension = Extension.objects.get()
    assert county.get(url, follow=True).redirect_chain[-1][0] == f"/years/{over.year}/"
    assert messages(county.post(f"/years/extensions/{extension.pk}/withdraw/", follow=True)) == ["申请已撤回。"]


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"reason": ["请填写申请理由。"], "wanted_until": ["请填写希望延至。"]}),
        ({"wanted_until": "0207-01-01"}, {"wanted_until": [f"日期应在{TODAY.year - 1}年至{TODAY.year + 2}年之间，请核对年份。"]}),
        ({"wanted_until": "明天"}, {"wanted_until": ["请填写正确的日期，例如 2027-04-10。"]}),
    ],
)
def test_bad_application_is_refused_at_its_field(county, over, jiaxing, data, errors):
    data = {"reason": "培训推迟。", **data} if data else {}
    answer = county.post(f"/years/{over.year}/plans/{jiaxing.county().pk}/ask/", data)
    assert answer.context["form"].errors == errors


def test_city_answers_on_its_page(city, county, asked):
    page = f"/years/extensions/{asked.pk}/answer/"
    assert city.get(page).context["form"].initial["until"] == IN_FIVE_DAYS
    assert city.post(page, {"action": "refuse", "until": "", "note": ""}).context["form"].errors == {"note": ["不批准的，请写明理由。"]}
    assert city.post(page, {"action": "grant", "until": "", "note": ""}).context["form"].errors == {"until": ["请填写批准延至的日期。"]}
    answer = city.post(page, {"action": "grant", "until": IN_FIVE_DAYS.isoformat(), "note": "同意。"}, follow=True)
    assert messages(answer) == [f"已批准延至 {IN_FIVE_DAYS:%Y-%m-%d}，南湖区在此之前可以上报，按逾期记录。"]
    assert "同意。" in county.get(f"/years/extensions/{asked.pk}/").content.decode()
    late = city.post(page, {"action": "refuse", "until": "", "note": "不同意。"}, follow=True)
    assert "您的操作没有执行。" in messages(late)[0]


def test_another_county_finds_neither_application_nor_page(jiaxing, asked, over):
    stranger = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("秀洲区")))
    assert stranger.get(f"/years/extensions/{asked.pk}/").status_code == 404
    assert stranger.post(f"/years/extensions/{asked.pk}/withdraw/").status_code == 404
    assert stranger.get(f"/years/{over.year}/plans/{jiaxing.county().pk}/ask/").status_code == 404
    assert "南湖区" not in stranger.get("/years/extensions/").content.decode()


def test_locked_plan_offers_more_time(county, over, jiaxing):
    plan = PlanFactory(organization=jiaxing.county(), window=over)
    link = f'href="/years/{over.year}/plans/{jiaxing.county().pk}/ask/"'
    assert [link in county.get(f"/plans/{plan.pk}/{page}").content.decode() for page in ("", "edit/")] == [True, True]


@pytest.mark.parametrize("sort", ["organization", "-window", "asked_at", "-answer", "until"])
def test_every_column_of_the_list_sorts(city, asked, sort):
    assert city.get(f"/years/extensions/?sort={sort}").status_code == 200
