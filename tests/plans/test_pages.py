from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.lifecycle.enums import State
from apps.plans import services
from apps.plans.models import Plan
from tests.factories.plans import PlanFactory, WindowFactory
from tests.plans.conftest import YEAR


@pytest.fixture
def county(jiaxing, lead):
    return jiaxing.signed_in(lead)


@pytest.fixture
def city(jiaxing, officer):
    return jiaxing.signed_in(officer)


@pytest.fixture
def submitted(plan, lead):
    return services.submit(report=plan, by=lead, version=1)


@pytest.fixture
def returned(submitted, officer):
    remarks = {"goals": "请写明数量。", "stages": "请补充督导。"}
    return services.send_back(report=submitted, by=officer, version=2, reason="方案可行，请补充。", remarks=remarks)


RETURN = {"action": "return", "reason": "方案可行，请补充。"}


def said(answer):
    """The messages that the next page shows."""
    return [str(message) for message in answer.context["messages"]]


# Beginning


def test_county_begins_its_plan(county, jiaxing, window):
    answer = county.post(f"/plans/year/{window.year}/begin/{jiaxing.county().pk}/", follow=True)
    assert answer.redirect_chain == [(f"/plans/{Plan.objects.get().pk}/edit/", 302)]


def test_beginning_in_a_closed_window_says_who_can_extend_it(county, jiaxing):
    window = WindowFactory(ends=-30)
    answer = county.post(f"/plans/year/{window.year}/begin/{jiaxing.county().pk}/", follow=True)
    assert said(answer) == [window.closed_sentence(timezone.localdate())]


def test_nobody_begins_for_another_county(county, jiaxing, window):
    assert county.post(f"/plans/year/{window.year}/begin/{jiaxing.county('海盐县').pk}/").status_code == 404


# Writing


def test_draft_may_be_incomplete(county, plan, written):
    answer = county.post(f"/plans/{plan.pk}/edit/", written(goals="", contact=""), follow=True)
    plan.refresh_from_db()
    assert (said(answer), plan.texts["goals"], plan.version) == (["草稿已保存。"], "", 2)


def test_checking_shows_what_is_missing_at_its_place(county, plan, written):
    answer = county.post(f"/plans/{plan.pk}/edit/", {**written(goals="", action="check"), "stages-0-responsible": ""}, follow=True)

    form = answer.context["form"]
    assert form.errors == {"goals": ["请填写目标任务。"]}
    assert form.more_errors() == [("实施步骤", "id_stages", "第 1 个实施步骤没有填完整（工作内容、起止日期、责任人）。")]
    assert 'id="id_stages"' in answer.content.decode()


def test_checked_plan_goes_on_to_be_submitted(county, plan, written):
    answer = county.post(f"/plans/{plan.pk}/edit/", written(action="check"), follow=True)
    assert said(answer) == ["已保存。请核对下面的内容，核对无误后再上报。"]
    assert answer.context["may_submit"] and not answer.context["problems"]


def test_stages_saved_by_themselves_survive_the_next_save_of_the_same_page(county, plan, written):
    plan.stages.all().delete()
    county.post(f"/plans/{plan.pk}/edit/", written(), headers={"X-Autosave": "1"})
    county.post(f"/plans/{plan.pk}/edit/", written(version=2))
    assert list(plan.stages.values_list("title", flat=True)) == ["部署全年工作"]


@pytest.mark.parametrize(
    ("row", "field", "sentence"),
    [
        ({"stages-0-ends_on": f"{YEAR}-02-01"}, "ends_on", "结束日期不能早于开始日期。"),
        ({"stages-0-starts_on": "0207-03-01"}, "starts_on", f"日期应在{YEAR - 5}年至{YEAR + 5}年之间，请核对年份。"),
        ({"stages-0-ends_on": "9999-12-31"}, "ends_on", f"日期应在{YEAR - 5}年至{YEAR + 5}年之间，请核对年份。"),
        ({"stages-0-starts_on": "2027-02-30"}, "starts_on", "请填写正确的日期，例如 2027-04-10。"),
    ],
)
def test_wrong_date_is_refused_at_its_field_and_nothing_typed_is_lost(county, plan, written, row, field, sentence):
    answer = county.post(f"/plans/{plan.pk}/edit/", {**written(goals="新写的目标"), **row})

    form = answer.context["form"]
    assert form.rows.errors[0] == {field: [sentence]}
    assert [(anchor, text) for _, anchor, text in form.more_errors()] == [(f"id_stages-0-{field}", sentence)]
    assert "新写的目标" in answer.content.decode()
    assert Plan.objects.get().version == 1


def test_draft_that_saves_itself_answers_with_version_or_reason(county, plan, written):
    kept = county.post(f"/plans/{plan.pk}/edit/", written(goals="自动"), headers={"X-Autosave": "1"})
    stale = county.post(f"/plans/{plan.pk}/edit/", written(), headers={"X-Autosave": "1"})
    wrong = county.post(f"/plans/{plan.pk}/edit/", {**written(), "stages-0-ends_on": f"{YEAR}-02-01"}, headers={"X-Autosave": "1"})

    assert (kept.status_code, kept.json()["version"]) == (200, 2)
    assert stale.status_code == 409
    assert (wrong.status_code, wrong.json()) == (422, {"message": "步骤 1 结束：结束日期不能早于开始日期。"})


def test_text_at_its_limit_is_accepted_with_its_line_ends(county, plan, written):
    county.post(f"/plans/{plan.pk}/edit/", written(goals=("一\r\n" * 4000).strip()))
    plan.refresh_from_db()
    assert plan.texts["goals"] == "<p>一</p>" * 4000


def test_form_sent_after_the_session_ended_comes_back(county, lead, plan, written):
    client = county
    client.get("/plans/")  # the browser remembers whose it is
    del client.cookies["sessionid"]
    answer = client.post(f"/plans/{plan.pk}/edit/", written(goals="登录过期前写的"))
    assert answer.url == f"/login/?next=/plans/{plan.pk}/edit/"
    assert "您刚才填写的内容已为您保留" in client.get(answer.url).content.decode()

    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/plans/{plan.pk}/edit/")

    assert page.context["restored"]
    assert page.context["form"]["goals"].value() == "<p>登录过期前写的</p>"
    assert [row["title"].value() for row in page.context["form"].rows] == ["部署全年工作", ""]
    assert client.post(f"/plans/{plan.pk}/edit/", written(goals="登录过期前写的")).status_code == 302


def test_background_saving_after_the_session_ended_is_told_so(plan, written, client):
    assert client.post(f"/plans/{plan.pk}/edit/", written(), headers={"X-Autosave": "1"}).status_code == 401


def test_second_editor_sees_what_the_first_saved_and_decides(county, plan, written, jiaxing):
    first = jiaxing.signed_in(jiaxing.person("county_editor", jiaxing.county(), name="李强"))
    first.post(f"/plans/{plan.pk}/edit/", {**written(goals="李强的目标"), "stages-0-title": "李强的步骤"})

    answer = county.post(f"/plans/{plan.pk}/edit/", written(goals="王芳的目标"))

    form = answer.context["form"]
    assert (answer.status_code, form["goals"].value()) == (409, "<p>王芳的目标</p>")
    assert {name: field.theirs for name, field in form.fields.items() if getattr(field, "theirs", "")} == {"goals": "李强的目标"}
    assert form.parts["stages"].theirs == f"{YEAR}-03-01 至 {YEAR}-03-31 李强的步骤（办公室）"
    assert "李强在" in answer.content.decode()

    assert county.post(f"/plans/{plan.pk}/edit/", written(goals="王芳的目标", version=form["version"].value())).status_code == 302
    plan.refresh_from_db()
    assert plan.texts["goals"] == "<p>王芳的目标</p>"


# Submitting


def test_submitted_plan_is_locked_and_says_who_can_unlock_it(county, plan):
    answer = county.post(f"/plans/{plan.pk}/submit/", {"version": 1}, follow=True)

    assert said(answer) == ["已上报。"]
    assert answer.context["locked"] == "这份材料已上报，不能修改。如需修改，请联系市少工委办公室退回。"
    assert said(county.get(f"/plans/{plan.pk}/edit/", follow=True)) == ["这份材料已上报，不能修改。如需修改，请联系市少工委办公室退回。"]


def test_late_plan_is_shown_as_late(county, city, plan, clock):
    clock(plan.window.due_on + timedelta(days=1))
    answer = county.post(f"/plans/{plan.pk}/submit/", {"version": 1}, follow=True)

    assert said(answer) == ["已上报（已超过规定时间，按逾期记录）。"]
    for page in (city.get(f"/plans/{plan.pk}/"), city.get(f"/plans/?year={plan.year}"), county.get("/plans/")):
        assert '<span class="tag tag-danger">逾期</span>' in page.content.decode()


def test_submission_after_the_window_closed_is_refused_with_a_way_out(county, plan, clock):
    clock(plan.window.closes_on + timedelta(days=1))
    sentence = plan.window.closed_sentence(timezone.localdate())

    assert county.get(f"/plans/{plan.pk}/").context["problems"] == {"": sentence}
    assert county.get(f"/plans/{plan.pk}/edit/").context["blocked"] == sentence
    answer = county.post(f"/plans/{plan.pk}/submit/", {"version": 1}, follow=True)
    assert (answer.redirect_chain, said(answer)) == ([(f"/plans/{plan.pk}/", 302)], [sentence])
    assert county.get(f"/plans/{plan.pk}/edit/?check=1").context["form"].errors == {}
    plan.refresh_from_db()
    assert plan.state == State.DRAFT


def test_editor_writes_but_does_not_submit(jiaxing, plan, written):
    editor = jiaxing.signed_in(jiaxing.person("county_editor", jiaxing.county()))
    editor.post(f"/plans/{plan.pk}/edit/", written())
    assert "填好后请本单位有上报权限的负责人登录上报。" in editor.get(f"/plans/{plan.pk}/").content.decode()
    assert editor.post(f"/plans/{plan.pk}/submit/", {"version": 2}).status_code == 403


# Deciding


def test_city_returns_with_remarks_and_the_county_finds_them_at_their_fields(county, city, submitted):
    answer = city.post(
        f"/plans/{submitted.pk}/review/",
        {**RETURN, "version": 2, "remark_goals": "请写明数量。", "remark_stages": "请补充督导。"},
        follow=True,
    )
    assert said(answer) == ["已退回，填报单位修改后可以重新上报。"]

    form = county.get(f"/plans/{submitted.pk}/edit/").context["form"]
    places = {**form.fields, **form.parts}.items()
    beside = {name: [remark.text for remark, _ in place.remarks] for name, place in places if getattr(place, "remarks", [])}
    assert beside == {"goals": ["请写明数量。"], "stages": ["请补充督导。"]}
    assert form["goals"].aria_describedby == "id_goals_helptext id_goals_remarks"


def test_return_without_a_reason_is_refused_and_keeps_the_remarks(city, submitted):
    answer = city.post(f"/plans/{submitted.pk}/review/", {**RETURN, "version": 2, "reason": " ", "remark_goals": "请写明数量。"})
    assert answer.context["form"].errors == {"reason": ["请写明退回理由。"]}
    assert "请写明数量。" in answer.content.decode()


def test_revised_plan_is_submitted_again_and_approved(county, city, returned, written):
    county.post(f"/plans/{returned.pk}/edit/", written(version=3, goals="补充了数量"))
    county.post(f"/plans/{returned.pk}/submit/", {"version": 4})
    answer = city.post(f"/plans/{returned.pk}/review/", {"version": 5, "action": "approve:review"}, follow=True)

    assert said(answer) == ["已通过。"]
    assert list(returned.steps.values_list("verb", "on_behalf_of")) == [
        ("submit", "南湖区少工委"),
        ("return", "市少工委办公室"),
        ("submit", "南湖区少工委"),
        ("approve", "市少工委办公室"),
    ]


def test_second_reviewer_keeps_the_words_and_is_told(jiaxing, city, submitted):
    second = jiaxing.signed_in(jiaxing.person("city_officer", jiaxing.city))
    city.post(f"/plans/{submitted.pk}/review/", {"version": 2, "action": "approve:review"})

    answer = second.post(f"/plans/{submitted.pk}/review/", {**RETURN, "version": 2, "reason": "我认为应补充。"})
    assert "朱勇在" in answer.context["form"].non_field_errors()[0]
    assert "我认为应补充。" in answer.content.decode()
    told = second.post(f"/plans/{submitted.pk}/review/", {"version": 2, "action": "approve:review"})
    assert (told.status_code, "已通过，您的操作没有执行" in told.context["form"].non_field_errors()[0]) == (409, True)


@pytest.mark.parametrize("state", ["submitted", "returned"])
@pytest.mark.parametrize("act", ["approve:review", "return", "save", "read"])
def test_county_decides_nothing_about_its_own_plan(county, request, state, act):
    plan = request.getfixturevalue(state)
    answer = county.post(f"/plans/{plan.pk}/review/", {"version": plan.version, "action": act, "reason": "自己退回"})
    assert answer.status_code == 403


def test_another_county_finds_nothing(jiaxing, submitted):
    other = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("海盐县")))
    assert {other.get(f"/plans/{submitted.pk}/{page}").status_code for page in ("", "edit/")} == {404}
    assert {other.post(f"/plans/{submitted.pk}/{act}/").status_code for act in ("submit", "edit")} == {404}


def test_draft_is_not_the_citys_to_see(city, plan):
    assert city.get(f"/plans/{plan.pk}/").status_code == 404
    assert city.get("/plans/").context["board"].handed_in == 0


# Lists and windows


def test_board_says_who_has_and_has_not_submitted(city, submitted):
    board = city.get("/plans/").context["board"]
    assert (board.handed_in, board.waiting, board.approved, board.missing) == (1, 1, 0, 9)
    assert [standing.organization.name for standing in board.standings if standing.is_handed_in] == ["南湖区"]


def test_board_opens_on_the_year_that_is_due_next(city):
    WindowFactory(year=2030, ends=-10)
    due = WindowFactory(year=2031)
    WindowFactory(year=2032, ends=300, opens_on=timezone.localdate() + timedelta(days=200))
    assert city.get("/plans/").context["window"] == due


@pytest.mark.parametrize("who", ["city", "county"])
def test_lists_ask_the_database_the_same_for_one_and_three(request, who, jiaxing, lead, officer):
    client = request.getfixturevalue(who)

    def queries():
        client.get("/plans/?year=2030")
        with CaptureQueriesContext(connection) as captured:
            client.get("/plans/?year=2030")
        return len(captured)

    windows = [WindowFactory(year=year) for year in (2030, 2031, 2032)]
    PlanFactory(organization=jiaxing.county(), window=windows[0], state=State.SUBMITTED, submitted_by=lead, submitted_at=timezone.now())
    one = queries()
    for name, window in (("海盐县", windows[0]), ("秀洲区", windows[0]), ("南湖区", windows[1]), ("南湖区", windows[2])):
        PlanFactory(
            organization=jiaxing.county(name),
            window=window,
            state=State.SUBMITTED,
            submitted_by=lead,
            submitted_at=timezone.now(),
            updated_by=officer,
        )
    assert queries() == one


def test_page_of_a_plan_asks_the_same_for_many_steps(county, city, returned):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            city.get(f"/plans/{returned.pk}/")
        return len(captured)

    queries()
    before = queries()
    for version in (3, 5):
        county.post(f"/plans/{returned.pk}/submit/", {"version": version})
        city.post(f"/plans/{returned.pk}/review/", {**RETURN, "version": version + 1, "remark_goals": "请写明数量。"})
    assert returned.steps.count() == 6
    queries()  # a plan handed in is counted by whoever reads figures next
    assert queries() == before
