"""A closed year: what the database refuses, whoever asks as the application's role, and what a correction lets through."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.lifecycle.enums import State
from apps.coverage.models import Fact, FactCorrection, Figure, Target, Year
from apps.coverage.services import corrections, figures
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.supervision import services as supervision
from apps.supervision.models import SupervisionReport
from apps.years.models import Reopening, Window
from apps.years.services import closing, extensions
from tests.factories.database import written
from tests.factories.organizations import UnitFactory
from tests.factories.plans import PlanFactory, WindowFactory
from tests.factories.supervision import SupervisionFactory, inspected, window_of

TODAY = timezone.localdate()
FROZEN = "the year is closed"


@pytest.fixture
def report(jiaxing, lead, officer):
    """南湖区's received supervision report of 2013, with an inspection and two steps."""
    draft = SupervisionFactory(organization=jiaxing.county(), year=2013, created_by=lead)
    inspected(draft, date(2013, 6, 1))
    sent = supervision.submit(report=draft, by=lead, version=1)
    return supervision.approve(report=sent, slot="review", by=officer, version=2)


@pytest.fixture
def plan(jiaxing, lead):
    """The same unit's draft of a plan of 2013, and the next unit's of a supervision report."""
    inspected(SupervisionFactory(organization=jiaxing.county("秀洲区"), year=2013), place="草稿")
    window = WindowFactory(year=2013, opens_on=date(2013, 1, 1), due_on=date(2013, 4, 10), closes_on=TODAY + timedelta(days=5))
    return PlanFactory(organization=jiaxing.county(), window=window, created_by=lead)


@pytest.fixture
def closed(report, plan, officer):
    closing.close(year=2013, by=officer)
    return SupervisionReport.objects.get(pk=report.pk)


WRITES = {
    "report": "UPDATE supervision_supervisionreport SET version = version + 1",
    "its state": "UPDATE supervision_supervisionreport SET state = 'returned' WHERE state = 'approved'",
    "a draft's words": "UPDATE supervision_supervisionreport SET body_head = 'x' WHERE state = 'draft'",
    "a draft's rows": "UPDATE supervision_inspection SET place = 'x' WHERE place = '草稿'",
    "rows removed": "DELETE FROM supervision_inspection WHERE place = '草稿'",
    "a plan": "UPDATE plans_plan SET leader = 'x'",
    "its stages": "DELETE FROM plans_stage",
    "the template": "UPDATE plans_section SET title = 'x'",
    "a window": "UPDATE years_window SET closes_on = closes_on + 1 WHERE year = 2013",
    "a target": "UPDATE coverage_target SET percent = 1 WHERE year = 2013",
    "a new target": "INSERT INTO coverage_target (indicator, year, percent, reason) VALUES ('x', 2013, 1, '')",
    "a step on the way to it": "INSERT INTO coverage_milestone (indicator, due_on, percent) VALUES ('x', '2013-06-30', 1)",
    "a new exemption": "INSERT INTO years_exemption (window_id, organization_id, county_id, reason)"
    " SELECT w.id, o.id, o.id, 'x' FROM years_window w, organizations_organization o WHERE o.kind = 'county' AND w.year = 2013",
    "the list": "UPDATE coverage_fact SET covered = true WHERE year_id = 2013",
    "figures": "UPDATE coverage_figure SET total = total + 1 WHERE year_id = 2013",
}


def test_database_refuses_every_write_to_a_closed_year(closed, subtests):
    for what, statement in WRITES.items():
        with subtests.test(what), pytest.raises(IntegrityError, match=FROZEN), transaction.atomic():
            written(statement)


def test_the_same_writes_pass_while_the_year_is_open(report, plan, subtests):
    """Else the refusals would prove nothing."""
    for what in sorted(WRITES.keys() - {"the list", "figures"}):
        with subtests.test(what), transaction.atomic():
            assert written(WRITES[what]) > 0
            transaction.set_rollback(True)


def test_more_time_is_not_asked_for_on_a_page_from_before(plan, closed, lead):
    with pytest.raises(DomainError, match="2013年"):
        facts = {"reason": "换届", "wanted_until": TODAY + timedelta(days=9), "by": lead}
        extensions.ask(window=plan.window, organization=plan.organization, **facts)


def test_nothing_new_is_put_into_a_closed_year(closed, jiaxing):
    for make in (
        lambda: SupervisionFactory(organization=jiaxing.county("嘉善县"), year=2013),
        lambda: PlanFactory(organization=jiaxing.county("秀洲区"), window=Window.objects.get(kind="plans", year=2013)),
        lambda: Target.objects.filter(year=2013).delete(),
        lambda: closed.steps.create(verb="return", by=closed.submitted_by, reason="x", content={}, **closed.tenancy()),
    ):
        with pytest.raises(IntegrityError, match=FROZEN), transaction.atomic():
            make()


def test_other_years_are_written_as_before(closed, jiaxing):
    assert SupervisionFactory(organization=jiaxing.county(), year=2014).pk


def test_a_move_of_the_unit_carries_its_rows_along(closed):
    """The county column follows the tree; it is no change of what was reported."""
    assert written("UPDATE supervision_inspection SET county_id = county_id") == 2


# The pages of a closed year say why


def test_every_act_is_refused_with_why_and_who_can_unlock(closed, lead, officer):
    sentence = (
        f"2013年度已于 {TODAY:%Y-%m-%d} 关闭，2013年督导情况不再变动；确有错误需要更正的，请联系市少工委办公室，由其登记原因后重新开放。"
    )
    assert (closed.frozen, closed.is_editable, closed.is_returnable, closed.open_slots()) == (sentence, False, False, ())
    for act in (
        lambda: supervision.send_back(report=closed, by=officer, version=3, reason="请修改。", remarks={}),
        lambda: supervision.draft(organization=closed.organization, window=closed.window, by=lead),
        lambda: supervision.save(report=closed, by=lead, version=3, inspections=[]),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.message == sentence


def test_page_is_locked_and_offers_neither_editing_nor_returning(closed, county, city):
    for client in (county, city):
        page = client.get(f"/supervision/{closed.pk}/").content.decode()
        assert ("/edit/" in page, "/return/" in page, "申请延期" in page) == (False, False, False)
    assert "2013年督导情况不再变动" in county.get(f"/supervision/{closed.pk}/").content.decode()


def test_draft_of_a_closed_year_is_not_opened(closed, plan, county):
    answer = county.get(f"/plans/{plan.pk}/edit/", follow=True)
    assert "2013年工作方案不再变动" in str(next(iter(answer.context["messages"])))
    assert answer.redirect_chain[-1][0] == f"/plans/{plan.pk}/"


# Closing


def test_year_that_runs_is_not_closed(jiaxing, officer):
    with pytest.raises(DomainError, match=f"{TODAY.year}年尚未结束，{TODAY.year + 1}年1月1日起可以关闭。"):
        closing.close(year=TODAY.year, by=officer)


def test_year_is_closed_once(closed, officer):
    with pytest.raises(DomainError, match="2013年已经关闭。"):
        closing.close(year=2013, by=officer)


def test_closing_refuses_the_applications_that_wait(jiaxing, lead, officer):
    window = WindowFactory(year=2013, opens_on=date(2013, 1, 1), due_on=date(2013, 4, 10), closes_on=date(2013, 12, 31))
    asked = extensions.ask(window=window, organization=jiaxing.county(), reason="补报。", wanted_until=TODAY, by=lead)
    closing.close(year=2013, by=officer)
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == ("refused", officer)
    with pytest.raises(DomainError, match=r"2013年度已于 .* 关闭"):
        extensions.ask(window=Window.objects.get(), organization=jiaxing.county(), reason="补报。", wanted_until=TODAY, by=lead)


def test_granted_time_ends_with_the_year(jiaxing, lead, officer):
    window = WindowFactory(year=2013, opens_on=date(2013, 1, 1), due_on=date(2013, 4, 10), closes_on=date(2013, 12, 31))
    asked = extensions.ask(window=window, organization=jiaxing.county(), reason="补报。", wanted_until=TODAY + timedelta(days=9), by=lead)
    extensions.grant(extension=asked, until=asked.wanted_until, by=officer)
    assert list(Window.objects.open_for(jiaxing.county(), TODAY)) == [window]
    closing.close(year=2013, by=officer)
    assert list(Window.objects.open_for(jiaxing.county(), TODAY)) == []


def test_city_types_the_year_to_close_it(city, report, plan):
    page = city.get("/years/2013/close/")
    assert [(each.kind.key, len(each.missing), len(each.undecided)) for each in page.context["progress"]] == [
        ("plans", 10, 0),
        ("supervision", 9, 0),
    ]
    for typed, error in (("", "请输入 2013。"), ("2014", "输入的年度和要关闭的不一致，请输入 2013。")):
        assert city.post("/years/2013/close/", {"year": typed}).context["form"].errors == {"year": [error]}
    assert not Year.objects.closed().exists()
    done = city.post("/years/2013/close/", {"year": "2013年"}, follow=True)
    assert [str(each) for each in done.context["messages"]] == ["2013年度已关闭。"]
    assert "已关闭" in done.content.decode()
    assert "已关闭" in str(next(iter(city.get("/years/2013/settings/", follow=True).context["messages"])))


# A report is corrected


def reopen(closed, officer, **facts):
    return closing.reopen(
        **{"window": closed.window, "organization": closed.organization, "reason": "督导次数漏填。", "until": TODAY, "by": officer, **facts}
    )


def fresh(report):
    return type(report).objects.get(pk=report.pk)


def test_reopened_report_is_corrected_and_received_again(closed, lead, officer, jiaxing):
    reopen(closed, officer)
    back = fresh(closed)
    assert (back.state, back.last_return.reason, back.is_editable) == (State.RETURNED, "更正：督导次数漏填。", True)
    rows = [{"held_on": date(2013, 6, 1), "place": "第一小学", "findings": "无", "rectification": ""}]
    saved = supervision.save(report=back, by=lead, version=back.version, inspections=rows)
    sent = supervision.submit(report=saved, by=lead, version=saved.version)
    received = supervision.approve(report=sent, slot="review", by=officer, version=sent.version)
    assert (received.state, received.submitted_at, received.inspections.get().place) == (State.APPROVED, closed.submitted_at, "第一小学")
    assert [step.verb for step in received.steps.all()] == ["submit", "approve", "return", "submit", "approve"]


def test_door_is_open_for_that_report_alone(closed, officer, plan, jiaxing):
    other = SupervisionReport.objects.filter(pk=closed.pk)
    reopen(closed, officer)
    other.update(body_head="赵敏")  # it was sent back, so its words may change
    for statement in (WRITES["a plan"], WRITES["a window"], WRITES["the template"]):
        with pytest.raises(IntegrityError, match=FROZEN), transaction.atomic():
            written(statement)
    with pytest.raises(IntegrityError, match=FROZEN), transaction.atomic():
        SupervisionFactory(organization=jiaxing.county("嘉善县"), year=2013)


def test_door_closes_itself_and_only_approval_of_what_came_in_time_still_passes(closed, lead, officer, monkeypatch):
    reopen(closed, officer)
    back = fresh(closed)
    sent = supervision.submit(report=back, by=lead, version=back.version)
    # The day has passed: a reopening is only added to the log, so its clone of yesterday stands in for it.
    Reopening.objects.create(window=closed.window, until=TODAY - timedelta(days=1), reason="昨天", by=officer, **closed.tenancy())
    with monkeypatch.context() as patched:
        patched.setattr(timezone, "localdate", lambda *args: TODAY + timedelta(days=1))
        late = fresh(sent)
        assert (late.is_editable, late.is_returnable, [slot.key for slot in late.open_slots()]) == (False, False, ["review"])
    received = supervision.approve(report=fresh(sent), slot="review", by=officer, version=sent.version)
    assert received.state == State.APPROVED


def test_expired_door_lets_nothing_but_the_approval_through(closed, officer, lead):
    Reopening.objects.create(window=closed.window, until=TODAY - timedelta(days=1), reason="昨天", by=officer, **closed.tenancy())
    for statement in (WRITES["its state"], WRITES["a draft's words"], WRITES["a draft's rows"]):
        with pytest.raises(IntegrityError, match=FROZEN), transaction.atomic():
            written(statement)
    closed.__dict__.pop("frozen", None)
    assert "关闭" in closed.frozen


def test_unit_that_had_not_reported_may_do_so(closed, officer, jiaxing):
    unit = jiaxing.county("嘉善县")
    by = jiaxing.person("county_lead", unit)
    window = Window.objects.get(pk=closed.window_id)
    reopen(closed, officer, organization=unit)
    assert list(Window.objects.of_kind("supervision").open_for(unit, TODAY)) == [window]
    assert supervision.draft(organization=unit, window=window, by=by)[1]


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"reason": " "}, "reason", "请写明更正原因。"),
        ({"until": TODAY - timedelta(days=1)}, "until", "这一天已经过去，请选择今天或以后的日期。"),
    ],
)
def test_reopening_needs_a_reason_and_a_day(closed, officer, facts, field, sentence):
    with pytest.raises(DomainError) as refused:
        reopen(closed, officer, **facts)
    assert (refused.value.field, refused.value.message) == (field, sentence)


def test_reopening_twice_and_of_an_open_year_is_refused(closed, officer, report):
    reopen(closed, officer)
    with pytest.raises(DomainError, match=f"朱勇已将南湖区的2013年督导情况重新开放至 {TODAY:%Y-%m-%d}。"):
        reopen(fresh(closed), officer)
    with pytest.raises(DomainError, match="2014年度尚未关闭，不需要更正：可以直接退回，或者批准延期。"):
        reopen(closed, officer, window=window_of(2014))


def test_reopening_is_a_log(closed, officer):
    reopening = reopen(closed, officer)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Reopening.objects.filter(pk=reopening.pk).update(until=date(2099, 1, 1))


def test_city_reopens_on_its_page_and_everybody_concerned_sees_it(closed, city, county):
    url = f"/years/2013/supervision/{closed.organization_id}/reopen/"
    assert city.post(url, {"reason": "", "until": ""}).context["form"].errors == {
        "reason": ["请填写更正原因。"],
        "until": ["请填写开放至。"],
    }
    done = city.post(url, {"reason": "督导次数漏填。", "until": TODAY.isoformat()}, follow=True)
    assert f"已将南湖区的2013年督导情况重新开放至 {TODAY:%Y-%m-%d}" in str(next(iter(done.context["messages"])))
    for client in (city, county):
        assert "督导次数漏填。" in client.get("/years/2013/").content.decode()
    assert county.get(url).status_code == 403


# A figure is corrected


@pytest.fixture
def counted(jiaxing, officer):
    """2013 closed with one place of 1,202 covered."""
    UnitFactory(organization=jiaxing.place(number=1))
    figures.close(year=Year.objects.create(pk=2013), by=officer)
    return Fact.objects.get(year=2013, indicator="organization", organization=jiaxing.place())


def test_corrected_fact_is_in_every_figure_above_it(counted, officer, jiaxing):
    line = Organization.objects.above(jiaxing.town()).values_list("pk", flat=True)

    def shown():
        rows = Figure.objects.filter(year=2013, indicator="organization", organization__in=line, part__in=["", *counted.groups])
        return {(row.organization.kind, bool(row.part)): row.covered for row in rows.select_related("organization")}

    before = shown()
    corrections.correct(fact=counted, covered=True, reason="漏登。", by=officer)
    assert shown() == {key: covered + 1 for key, covered in before.items()}
    assert {kind for kind, _ in before} == {Kind.CITY, Kind.COUNTY, Kind.TOWN}
    corrections.correct(fact=counted, covered=False, reason="核对后撤回更正。", by=officer)
    assert shown() == before
    kept = FactCorrection.objects.values_list("covered", "reason", "by__name")
    assert list(kept) == [(False, "核对后撤回更正。", "朱勇"), (True, "漏登。", "朱勇")]


def test_second_correction_to_the_same_is_told(counted, officer):
    corrections.correct(fact=counted, covered=True, reason="漏登。", by=officer)
    with pytest.raises(DomainError, match="朱勇刚才已经更正。"):
        corrections.correct(fact=counted, covered=True, reason="漏登。", by=officer)


def test_correction_needs_a_reason_and_a_closed_year(counted, officer):
    with pytest.raises(DomainError, match="请写明更正原因。"):
        corrections.correct(fact=counted, covered=True, reason=" ", by=officer)
    figures.settle()
    running = Fact.objects.filter(year=TODAY.year).first()
    with pytest.raises(DomainError, match="尚未关闭，登记或确认后数字会自动更新，不需要更正。"):
        corrections.correct(fact=running, covered=not running.covered, reason="x", by=officer)


def test_correction_opens_no_other_way(counted, officer, jiaxing):
    """With a recorded correction its fact becomes what it says, and nothing else; figures become their sums, and nothing else."""
    FactCorrection.objects.create(year_id=2013, indicator="organization", covered=True, reason="x", by=officer, **counted.tenancy())
    facts, sums = Fact.objects.filter(year=2013), Figure.objects.filter(year=2013)
    for write in (
        lambda: facts.filter(organization=jiaxing.place(number=2)).update(covered=True),
        lambda: facts.filter(pk=counted.pk).update(covered=True, groups=["rural"]),
        lambda: sums.filter(organization=jiaxing.city, part="").update(covered=7),
        lambda: sums.filter(organization=jiaxing.city, part="").update(total=7000),
    ):
        with pytest.raises(IntegrityError, match=FROZEN), transaction.atomic():
            write()
    assert facts.filter(pk=counted.pk).update(covered=True) == 1


def test_city_finds_and_corrects_a_fact_and_readers_are_told(city, county, counted, jiaxing):
    found = city.get(f"/years/2013/facts/?indicator=organization&q={jiaxing.place()}")
    assert counted in found.context["facts"]
    page = city.get(f"/years/facts/{counted.pk}/")
    assert [(str(row.organization), row.covered) for row in page.context["figures"]] == [
        ("嘉兴市", 1),
        ("南湖区", 1),
        (str(jiaxing.town()), 1),
    ]
    assert city.post(f"/years/facts/{counted.pk}/", {"reason": ""}).context["form"].errors == {"reason": ["请写明更正原因。"]}
    done = city.post(f"/years/facts/{counted.pk}/", {"reason": "小队已成立，漏登。"}, follow=True)
    assert "已更正" in str(next(iter(done.context["messages"])))
    again = city.post(f"/years/facts/{counted.pk}/", {"reason": "小队已成立，漏登！"}, follow=True)
    assert "刚才已经更正" in str(next(iter(again.context["messages"])))
    for client in (city, county):
        assert "小队已成立，漏登。" in client.get("/years/2013/").content.decode()
        page = client.get(f"/coverage/{jiaxing.county().pk}/?year=2013&indicator=organization").content.decode()
        assert "小队已成立，漏登。" in page
    assert county.get(f"/years/facts/{counted.pk}/").status_code == 403


def test_another_county_does_not_read_the_correction(jiaxing, counted, officer):
    corrections.correct(fact=counted, covered=True, reason="小队已成立，漏登。", by=officer)
    stranger = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("秀洲区")))
    assert "漏登" not in stranger.get("/years/2013/").content.decode()
