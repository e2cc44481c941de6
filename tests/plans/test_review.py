"""Reading a plan: remarks that are drafted, sent, answered and resolved; what changed since; deciding; numbers and editions."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core import scope
from apps.core.errors import DomainError
from apps.core.lifecycle.enums import State
from apps.organizations.grants import whole_scope
from apps.organizations.services import roles
from apps.plans import services
from apps.plans.models import Plan, Remark
from tests.factories.plans import PlanFactory, WindowFactory
from tests.plans.test_pages import said


@pytest.fixture
def county(jiaxing, lead):
    return jiaxing.signed_in(lead)


@pytest.fixture
def city(jiaxing, officer):
    return jiaxing.signed_in(officer)


@pytest.fixture
def second(jiaxing):
    return jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city, name="李强"))


@pytest.fixture
def submitted(plan, lead):
    return services.submit(report=plan, by=lead, version=1)


@pytest.fixture
def review(submitted):
    """`review(client, action, remark_goals="…")`: what the page's button posts."""

    def post(client, action="save", *, version=None, follow=True, **fields):
        version = version or Plan.objects.get(pk=submitted.pk).version
        return client.post(f"/plans/{submitted.pk}/review/", {"version": version, "action": action, **fields}, follow=follow)

    return post


def reading_of(client, plan, query=""):
    return client.get(f"/plans/{plan.pk}/review/{query}").context["reading"]


def revise(county, written, plan, **changed):
    """The county writes and hands in again."""
    plan = Plan.objects.get(pk=plan.pk)
    county.post(f"/plans/{plan.pk}/edit/", written(version=plan.version, **changed))
    county.post(f"/plans/{plan.pk}/submit/", {"version": plan.version + 1})


# Remarks while they are drafted


def test_remarks_save_themselves_and_are_the_reviewers_alone(county, city, second, submitted):
    kept = city.post(f"/plans/{submitted.pk}/review/", {"version": 2, "remark_goals": "请写明数量。"}, headers={"X-Autosave": "1"})
    assert kept.json()["version"] == 2

    assert city.get(f"/plans/{submitted.pk}/review/").context["form"]["remark_goals"].value() == "请写明数量。"
    (colleagues,) = [read.drafted for read in reading_of(second, submitted).reads if read.drafted]
    assert [(remark.by.name, remark.text) for remark in colleagues] == [("朱勇", "请写明数量。")]
    assert "请写明数量。" not in county.get(f"/plans/{submitted.pk}/").content.decode()


def test_the_database_withholds_a_draft_from_the_county(jiaxing, lead, review, city):
    review(city, remark_goals="只给同事看。")
    with scope.opened(whole_scope(lead)):
        assert (Remark.objects.count(), Remark.pgh_event_model.objects.count()) == (0, 0)
    review(city, "return", reason="请补充。")
    with scope.opened(whole_scope(lead)):
        assert Remark.objects.count() == 1


def test_two_reviewers_at_once_lose_nothing(city, second, submitted, review):
    review(city, remark_goals="朱勇的意见。")
    review(second, remark_goals="李强的意见。", remark_measures="李强的另一条。")
    review(city, "return", remark_goals="朱勇的意见。", reason="请补充。")
    assert list(Remark.objects.sent().values_list("passage", "text")) == [
        ("goals", "朱勇的意见。"),
        ("goals", "李强的意见。"),
        ("measures", "李强的另一条。"),
    ]
    # What the second was still writing when the first returned it is kept, once.
    answer = review(second, "return", version=2, remark_goals="李强的意见。", remark_duties="还没写完", reason="我也认为要补充。")
    assert (answer.status_code, answer.context["form"]["reason"].value()) == (409, "我也认为要补充。")
    assert list(Remark.objects.drafted().values_list("passage", "text")) == [("", "我也认为要补充。"), ("duties", "还没写完")]


def test_emptied_box_takes_a_draft_back_and_a_missing_one_does_not(city, review):
    review(city, remark_goals="多余的。", remark_measures="留着。")
    review(city, remark_goals="")
    assert [remark.text for remark in Remark.objects.drafted()] == ["留着。"]


def test_too_long_a_remark_is_told_and_nothing_is_lost(city, submitted, review):
    answer = review(city, remark_goals="长" * 1001)
    assert list(answer.context["form"].errors) == ["remark_goals"]
    assert "长" * 1001 in answer.content.decode()
    told = city.post(f"/plans/{submitted.pk}/review/", {"version": 2, "remark_goals": "长" * 1001}, headers={"X-Autosave": "1"})
    assert (told.status_code, told.json()) == (422, {"message": "最多 1000 字，现在有 1001 字，请删减。"})


# Sent, answered, resolved


def test_remark_is_answered_at_its_field_and_stays_until_it_is_resolved(county, city, submitted, review, written):
    review(city, "return", reason="请补充。", remark_goals="请写明数量。")
    remark = Remark.objects.sent().get()
    form = county.get(f"/plans/{submitted.pk}/edit/").context["form"]
    assert [(each.text, field.name) for each, field in form.fields["goals"].remarks] == [("请写明数量。", f"answer_{remark.pk}")]

    kept = county.post(f"/plans/{submitted.pk}/edit/", written(version=3, **form_answer(remark, "已写明。")), headers={"X-Autosave": "1"})
    remark.refresh_from_db()
    assert (kept.json()["version"], remark.answer, remark.answered_by.name) == (4, "已写明。", "王芳")

    county.post(f"/plans/{submitted.pk}/submit/", {"version": 4})
    review(city, "return", reason="还不够。")  # a second return: it is not resolved, so it stays
    assert county.get(f"/plans/{submitted.pk}/edit/").context["form"][f"answer_{remark.pk}"].value() == "已写明。"

    review(city, f"resolve:{remark.pk}")
    assert county.get(f"/plans/{submitted.pk}/edit/").context["form"].fields["goals"].remarks == []
    review(city, f"reopen:{remark.pk}")
    assert Remark.objects.unresolved().get() == remark


def form_answer(remark, words, seen=""):
    return {f"answer_{remark.pk}": words, f"initial-answer_{remark.pk}": seen}


def test_second_of_two_who_answer_sees_what_the_first_wrote(jiaxing, county, city, submitted, review, written):
    review(city, "return", reason="请补充。", remark_goals="请写明数量。")
    remark = Remark.objects.sent().get()
    editor = jiaxing.signed_in(jiaxing.person("county_editor", jiaxing.county()))
    editor.post(f"/plans/{submitted.pk}/edit/", written(version=3, **form_answer(remark, "编辑的答复。")))

    answer = county.post(f"/plans/{submitted.pk}/edit/", written(version=3, **form_answer(remark, "负责人的答复。")))

    assert answer.status_code == 409
    form = answer.context["form"]
    assert (form[f"answer_{remark.pk}"].value(), form.fields[f"answer_{remark.pk}"].theirs) == ("负责人的答复。", "编辑的答复。")
    again = {
        **written(version=form["version"].value()),
        **form_answer(remark, "负责人的答复。", seen=form.data[f"initial-answer_{remark.pk}"]),
    }
    assert county.post(f"/plans/{submitted.pk}/edit/", again).status_code == 302
    remark.refresh_from_db()
    assert remark.answer == "负责人的答复。"


def test_page_that_saves_itself_writes_over_nobodys_answer(jiaxing, county, city, submitted, review, written):
    review(city, "return", reason="请补充。", remark_goals="请写明数量。", remark_duties="请写明。")
    first, second = Remark.objects.sent().order_by("pk")
    county.post(f"/plans/{submitted.pk}/edit/", written(version=3, **form_answer(first, "我的答复。")), headers={"X-Autosave": "1"})
    editor = jiaxing.signed_in(jiaxing.person("county_editor", jiaxing.county()))
    fields = written(version=4, **form_answer(first, ""), **form_answer(second, "编辑的答复。"))
    editor.post(f"/plans/{submitted.pk}/edit/", fields, headers={"X-Autosave": "1"})
    assert list(Remark.objects.sent().order_by("pk").values_list("answer", flat=True)) == ["我的答复。", "编辑的答复。"]


def test_words_of_a_sent_remark_never_change(city, review):
    review(city, "return", reason="请补充。", remark_goals="请写明数量。")
    for facts in ({"text": "别的"}, {"passage": "duties"}, {"step": None}):
        with pytest.raises(IntegrityError, match="what was handed in is not changed"), transaction.atomic():
            Remark.objects.update(**facts)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Remark.objects.all().delete()


def test_resolving_what_is_another_plans_remark_is_refused(jiaxing, city, submitted, review, officer):
    other = PlanFactory(organization=jiaxing.county("海盐县"), window=submitted.window)
    other = services.submit(report=other, by=jiaxing.person("county_lead", other.organization), version=1)
    services.send_back(report=other, by=officer, version=2, reason="请补充。", remarks={"goals": "海盐的。"})
    answer = review(city, f"resolve:{Remark.objects.sent().get().pk}")
    assert answer.context["form"].non_field_errors() == ["这条意见已经不在了，请刷新后再看。"]


@pytest.mark.parametrize("action", ["resolve:", "resolve:x", "resolve:²", "reopen:99999999999999999999"])
def test_nonsense_is_no_remark(city, review, action):
    assert review(city, action).context["form"].non_field_errors() == ["这条意见已经不在了，请刷新后再看。"]


# What changed since my last look


def test_resubmission_shows_what_changed_since_the_last_look(county, city, submitted, review, written):
    review(city, "return", reason="请补充。", remark_goals="请写明数量。")
    revise(county, written, submitted, goals="村（社区）少先队组织覆盖率达到 85%。")

    reading = reading_of(city, submitted)

    assert (reading.base.label, reading.is_read, reading.changed) == ("上次阅看", False, 1)
    changes = {read.passage.name: read.difference.change for read in reading.reads}
    assert {name for name, change in changes.items() if change != "same"} == {"goals"}
    assert {read.passage.name for read in reading.reads if read.is_open} == {"goals"}
    page = city.get(f"/plans/{submitted.pk}/review/").content.decode()
    assert "<del>80%</del><ins>85%</ins>" in page


def test_row_that_came_is_shown_by_row(county, city, submitted, review, written):
    review(city, "return", reason="请补充。")
    year = submitted.year
    row = {"title": "总结", "starts_on": f"{year}-11-01", "ends_on": f"{year}-11-30", "responsible": "办公室"}
    revise(county, written, submitted, **{f"stages-1-{name}": value for name, value in row.items()})
    (stages,) = [read for read in reading_of(city, submitted).reads if read.passage.name == "stages"]
    assert [line.change for line in stages.difference.lines] == ["same", "added"]


def test_reading_marks_nothing_until_the_reader_says_so(city, second, submitted, review):
    assert [reading_of(city, submitted).is_read for _ in range(2)] == [False, False]
    review(city, "read")
    assert (reading_of(city, submitted).is_read, reading_of(second, submitted).is_read) == (True, False)


def test_whoever_did_not_look_compares_with_the_last_return(county, city, second, submitted, review, written):
    review(city, "return", reason="请补充。")
    revise(county, written, submitted, goals="新目标。")
    assert reading_of(second, submitted).base.label == "上次退回"
    assert reading_of(second, submitted, "?since=none").base is None
    assert [base.label for base in reading_of(second, submitted).bases] == ["上次退回", "第 1 次上报"]


def test_words_that_are_being_rewritten_are_not_read(county, city, submitted, review, written):
    review(city, "return", reason="请补充。")
    county.post(f"/plans/{submitted.pk}/edit/", written(version=3, goals="还没写完的话"))
    assert "还没写完的话" not in city.get(f"/plans/{submitted.pk}/review/").content.decode()


def test_page_asks_the_database_the_same_for_many_remarks(county, city, submitted, review, written):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            city.get(f"/plans/{submitted.pk}/review/")
        return len(captured)

    review(city, "return", reason="请补充。", remark_goals="请写明数量。")
    revise(county, written, submitted, goals="一")
    queries()
    before = queries()
    for number in range(2):
        review(city, "return", reason="请补充。", remark_goals=f"再写 {number}", remark_duties="也写。", remark_stages="补充。")
        revise(county, written, submitted, goals=f"第 {number} 稿")
    assert queries() == before


# Who may


def test_only_who_decides_reads_it_so(jiaxing, county, city, submitted):
    people = {"reader": "city_reader", "supervisor": "supervisor", "auditor": "auditor"}
    clients = {name: jiaxing.signed_in(jiaxing.person(role, jiaxing.city)) for name, role in people.items()}
    clients |= {"county": county, "city": city, "away": jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("海盐县")))}
    assert {name: client.get(f"/plans/{submitted.pk}/review/").status_code for name, client in clients.items()} == {
        "reader": 403,
        "supervisor": 403,
        "auditor": 403,
        "county": 403,
        "city": 200,
        "away": 404,
    }


# Two levels


@pytest.fixture
def signed(jiaxing, lead):
    """A plan of a year that asks for 初审 and 签发, handed in."""
    plan = PlanFactory(organization=jiaxing.county(), window=WindowFactory(needs_sign_off=True))
    return services.submit(report=plan, by=lead, version=1)


def test_first_look_then_signature(jiaxing, officer, signed):
    head = jiaxing.person("city_lead", jiaxing.city)
    assert [slot.label for slot in signed.open_slots()] == ["初审通过"]
    with pytest.raises(DomainError):
        services.approve(report=signed, slot="sign", by=head, version=2)
    reviewed = services.approve(report=signed, slot="review", by=officer, version=2)
    assert (reviewed.state, reviewed.number, [slot.label for slot in reviewed.open_slots()]) == (State.SUBMITTED, None, ["签发"])
    assert (Plan.objects.reviewable_by(officer).count(), Plan.objects.signable_by(head).count()) == (0, 1)
    done = services.approve(report=reviewed, slot="sign", by=head, version=3)
    assert (done.state, done.number) == (State.APPROVED, 1)
    assert list(done.steps.values_list("slot", "edition")) == [("", None), ("review", None), ("sign", 1)]


def test_nobody_signs_what_they_looked_at_first(jiaxing, signed):
    both = jiaxing.person("city_officer", jiaxing.city)
    roles.grant(user=both, role="city_lead", organization=jiaxing.city)
    reviewed = services.approve(report=signed, slot="review", by=both, version=2)
    with pytest.raises(DomainError, match="请由另一位同志签发"):
        services.approve(report=reviewed, slot="sign", by=both, version=3)
    assert Plan.objects.signable_by(both).count() == 0


@pytest.mark.parametrize("level", ["review", "sign"])
def test_either_level_returns(jiaxing, officer, signed, level):
    head = jiaxing.person("city_lead", jiaxing.city)
    if level == "sign":
        services.approve(report=signed, slot="review", by=officer, version=2)
    client = jiaxing.signed_in(officer if level == "review" else head)
    version = Plan.objects.get(pk=signed.pk).version
    answer = client.post(f"/plans/{signed.pk}/review/", {"version": version, "action": "return", "reason": "请补充。"}, follow=True)
    assert said(answer) == ["已退回，填报单位修改后可以重新上报。"]
    again = services.submit(report=Plan.objects.get(pk=signed.pk), by=signed.submitted_by, version=version + 1)
    assert [slot.key for slot in again.open_slots()] == ["review"]  # from the beginning


# Numbers and editions


def test_number_is_kept_and_the_next_edition_says_so(county, city, submitted, review, written):
    review(city, "approve:review")
    review(city, "return", reason="请更正。")
    revise(county, written, submitted, goals="第二版的目标。")
    review(city, "approve:review")
    plan = Plan.objects.get(pk=submitted.pk)
    assert (plan.number, list(plan.steps.exclude(edition=None).values_list("edition", flat=True))) == (1, [1, 2])

    first, newest = (county.get(f"/plans/{plan.pk}/editions/{edition}/").content.decode() for edition in (1, 2))
    assert ("80%" in first, "已有新的版本" in first, "第二版的目标。" in first) == (True, True, False)
    assert ("第二版的目标。" in newest, "已有新的版本" in newest) == (True, False)
    assert county.get(f"/plans/{plan.pk}/editions/3/").status_code == 404


def test_numbers_of_a_year_have_no_gap(jiaxing, officer, window):
    plans = [PlanFactory(organization=jiaxing.county(name), window=window) for name in ("南湖区", "海盐县", "秀洲区")]
    for plan in plans:
        lead = jiaxing.person("county_lead", plan.organization)
        services.submit(report=plan, by=lead, version=1)
    numbers = [services.approve(report=plan, slot="review", by=officer, version=2).number for plan in plans]
    returned = services.send_back(report=plans[0], by=officer, version=3, reason="请更正。", remarks={})
    services.submit(report=returned, by=returned.submitted_by, version=4)
    again = services.approve(report=returned, slot="review", by=officer, version=5).number
    assert (numbers, again) == ([1, 2, 3], 1)
