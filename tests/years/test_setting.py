from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import Conflict, DomainError
from apps.coverage.models import Target, Year
from apps.coverage.services.figures import settle
from apps.notices.models import Event
from apps.organizations.models import Organization
from apps.years import selectors
from apps.years.models import Exemption, Window
from apps.years.selectors import KindSettings, YearSettings
from apps.years.services import setting, windows
from tests.factories.database import sql
from tests.factories.plans import PlanFactory, WindowFactory
from tests.factories.supervision import handed_in, window_of

TODAY = timezone.localdate()
FAR = TODAY.year + 3


def settings(year=FAR, *, targets=None, exempted=None, **days):
    plans = {"opens_on": date(year, 1, 1), "due_on": date(year, 4, 10), "closes_on": date(year, 12, 31), **days}
    supervision = KindSettings(date(year, 1, 1), date(year, 12, 20), date(year, 12, 31))
    return YearSettings({"plans": KindSettings(**plans, exempted=exempted or {}), "supervision": supervision}, targets or {})


def save(year=FAR, *, now=None, aware=False, by=None, **changed):
    return setting.save(year=year, settings=settings(year, **changed), by=by, seen=(now or selectors.stored(year)).fingerprint, aware=aware)


def test_nothing_set_before_proposes_what_the_circular_says(jiaxing):
    kinds = selectors.proposed(FAR).kinds
    assert [(key, each.due_on) for key, each in kinds.items()] == [("plans", date(FAR, 4, 10)), ("supervision", date(FAR, 12, 20))]


def test_last_year_is_proposed_a_year_on(jiaxing):
    unit = jiaxing.county("港区")
    window = WindowFactory(
        year=2028, opens_on=date(2027, 12, 1), due_on=date(2028, 2, 29), closes_on=date(2028, 3, 31), needs_sign_off=True
    )
    window.exemptions.create(organization=unit, county=unit, reason="由乍浦镇代报")
    proposed = selectors.proposed(2029).kinds["plans"]
    assert proposed == KindSettings(date(2028, 12, 1), date(2029, 2, 28), date(2029, 3, 31), True, {unit.pk: "由乍浦镇代报"})


def test_a_year_is_opened_whole(jiaxing, officer):
    unit = jiaxing.county("港区")
    before = save(by=officer, exempted={unit.pk: "由乍浦镇代报"}, targets={"organization": Decimal(85)})

    assert before.kinds == {}
    assert list(Window.objects.order_by("kind").values_list("kind", "due_on")) == [
        ("plans", date(FAR, 4, 10)),
        ("supervision", date(FAR, 12, 20)),
    ]
    assert [each.key for each in Window.objects.get(kind="plans").sections.all()] == [
        "guiding",
        "goals",
        "measures",
        "stages",
        "duties",
        "safeguards",
    ]
    assert list(Exemption.objects.values_list("organization__name", "reason")) == [("港区", "由乍浦镇代报")]
    assert Target.objects.get(year=FAR).percent == 85
    told = list(Event.objects.filter(to="plans.edit").values_list("organization__name", "title"))
    assert (len(told), ("港区", told[0][1]) in told, told[0][1]) == (9, False, f"{FAR}年工作方案已安排：{FAR}-04-10 前上报")


def test_unit_is_exempted_and_asked_again(jiaxing):
    unit = jiaxing.county("港区")
    save(exempted={unit.pk: "由乍浦镇代报"})
    save(exempted={unit.pk: "改由平湖市代报"})
    assert list(Exemption.objects.values_list("reason", flat=True)) == ["改由平湖市代报"]
    window = Window.objects.get(kind="plans")
    assert window.closed_for(unit, TODAY) == f"港区不需要报送{FAR}年工作方案（改由平湖市代报）。"
    save()
    assert not Exemption.objects.exists()
    assert "starts" not in window.closed_for(unit, date(FAR, 2, 1))


def test_who_has_reported_is_not_exempted(jiaxing, officer):
    handed_in(jiaxing.county(), year=TODAY.year)
    window = window_of(TODAY.year)
    now = selectors.stored(TODAY.year)
    kinds = {"supervision": KindSettings(window.opens_on, window.due_on, window.closes_on, exempted={jiaxing.county().pk: "不必"})}
    with pytest.raises(DomainError, match="南湖区已经上报，不能改为免报。"):
        setting.save(year=TODAY.year, settings=YearSettings(kinds, {}), by=officer, seen=now.fingerprint)


def test_target_that_is_taken_out_falls_back_to_the_last_one(jiaxing):
    save(targets={"organization": Decimal("85.5")})
    assert dict(selectors.targets_of(FAR))["组织覆盖率"] == Decimal("85.50")
    save()
    assert dict(selectors.targets_of(FAR))["组织覆盖率"] == 80
    assert selectors.carried_targets(FAR)["organization"] == (2013, 80)


# The minimum notice


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (14, None),
        (13, "距今天只有 13 天，少于 14 天。"),
        (0, "距今天只有 0 天，少于 14 天。"),
        (-1, "已经过去，各单位上报时都按逾期记录。"),
    ],
)
def test_due_day_that_comes_too_soon_is_set_only_knowingly(jiaxing, days, sentence):
    due = TODAY + timedelta(days=days)
    year = TODAY.year
    dates = {"opens_on": min(TODAY, due), "due_on": due, "closes_on": due}
    then = YearSettings({"plans": KindSettings(**dates)}, {})
    seen = selectors.stored(year).fingerprint
    assert selectors.haste(year=year, now=selectors.stored(year), then=then) == (
        [f"{year}年工作方案的上报期限 {due:%Y-%m-%d} {sentence}"] if sentence else []
    )
    if sentence:
        with pytest.raises(DomainError) as refused:
            setting.save(year=year, settings=then, by=None, seen=seen)
        assert (refused.value.field, Window.objects.exists()) == ("aware", False)
    setting.save(year=year, settings=then, by=None, seen=seen, aware=True)
    assert Window.objects.get().due_on == due


def test_due_day_of_an_open_year_that_is_moved_forward_is_warned_about_and_told(jiaxing):
    save()
    then = settings(due_on=date(FAR, 3, 31))
    assert selectors.haste(year=FAR, now=selectors.stored(FAR), then=then) == [
        f"{FAR}年工作方案的上报期限从 {FAR}-04-10 提前到 {FAR}-03-31。"
    ]
    save(due_on=date(FAR, 3, 31), aware=True)
    told = Event.objects.filter(organization=jiaxing.county(), to="plans.edit").order_by("pk").values_list("title", flat=True)
    assert list(told) == [f"{FAR}年工作方案已安排：{FAR}-04-10 前上报", f"{FAR}年工作方案的上报期限改为 {FAR}-03-31"]


# Two officers


def test_of_two_who_set_a_year_the_second_is_told(jiaxing):
    seen = selectors.stored(FAR)
    save(now=seen)
    for changed in ({}, {"targets": {"organization": Decimal(85)}}):
        with pytest.raises(Conflict):
            save(now=seen, **changed)


@pytest.mark.parametrize("what", ["target", "exemption", "sign_off", "day"])
def test_fingerprint_covers_everything_that_the_page_shows(jiaxing, what):
    save()
    before = selectors.stored(FAR).fingerprint
    window, unit = Window.objects.get(kind="plans"), jiaxing.county()
    match what:
        case "target":
            Target.objects.create(indicator="rooms", year=FAR, percent=90)
        case "exemption":
            window.exemptions.create(organization=unit, county=unit, reason="不必")
        case "sign_off":
            Window.objects.filter(pk=window.pk).update(needs_sign_off=True)
        case _:
            windows.set_days(year=FAR, kind="plans", by=None, **{**selectors.stored(FAR).kinds["plans"].days, "closes_on": date(FAR, 6, 1)})
    assert selectors.stored(FAR).fingerprint != before


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE years_window SET due_on = '2000-01-01' RETURNING id", "window_dates_in_order"),
        ("UPDATE years_window SET year = 2011 RETURNING id", "window_year_known"),
        (
            "INSERT INTO years_window (year, kind, opens_on, due_on, closes_on, needs_sign_off) "
            "SELECT year, kind, opens_on, due_on, closes_on, false FROM years_window RETURNING id",
            "window_once_a_year",
        ),
        (
            "INSERT INTO years_exemption (window_id, organization_id, county_id, reason) "
            "SELECT w.id, o.id, o.county_id, 'x' FROM years_window w, organizations_organization o WHERE o.kind = 'town' LIMIT 1 "
            "RETURNING id",
            "exempted_is_a_reporting_unit",
        ),
    ],
)
def test_database_refuses_what_must_never_be(jiaxing, statement, constraint):
    WindowFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        sql(statement)


# Elsewhere


def test_coverage_does_not_mind_a_future_year(jiaxing, city):
    save(targets={"organization": Decimal(85)})
    settle()
    assert city.get("/coverage/").status_code == 200
    assert city.get(f"/coverage/?year={FAR}").context["overview"].year.pk == TODAY.year
    assert list(Year.objects.values_list("pk", flat=True)) == [TODAY.year]


# The pages


def posted(client, year=FAR, **changed):
    """What the form posts as it is proposed."""
    form = client.get(f"/years/{year}/settings/").context["form"]
    data = {name: value for name, value in form.initial.items() if value not in (False, None)}
    return {**{name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()}, **changed}


def messages(answer):
    return [str(each) for each in answer.context["messages"]]


def test_city_is_told_what_will_happen_and_then_opens_the_year(city, county):
    url = f"/years/{FAR}/settings/"
    said = city.post(url, posted(city, action="check"))
    assert [(each.label, len(each.reporting)) for each in said.context["effects"]] == [("工作方案", 10), ("督导情况", 10)]
    assert (said.context["haste"], Window.objects.exists()) == ([], False)
    assert f"10 个单位会看到并可以填报{FAR}年工作方案。" in said.content.decode()

    data = {field.html_name: field.value() for field in said.context["form"].settled_fields()}
    data = {name: value for name, value in data.items() if value is not None}
    done = city.post(url, {**data, "seen": said.context["form"]["seen"].value(), "action": "save"}, follow=True)
    assert messages(done) == [f"{FAR}年度已开放。"]
    assert Window.objects.get(kind="plans", year=FAR).due_on == date(FAR, 4, 10)
    assert Exemption.objects.count() == 0
    assert county.get(f"/years/{FAR}/").status_code == 200
    assert county.get(url).status_code == 403


def test_haste_is_confirmed_on_the_page(city):
    soon = (TODAY + timedelta(days=3)).isoformat()
    changed = {"plans_opens_on": TODAY.isoformat(), "plans_due_on": soon, "plans_closes_on": soon}
    url = f"/years/{TODAY.year}/settings/"
    data = posted(city, TODAY.year, supervision_due_on=f"{TODAY.year}-12-31", **changed)
    if (date(TODAY.year, 12, 31) - TODAY).days < 14:
        pytest.skip("the year is nearly over")
    refused = city.post(url, {**data, "action": "save"})
    assert refused.context["form"].errors == {"aware": ["请先确认已知悉上面的提醒。"]}
    assert len(refused.context["haste"]) == 1
    city.post(url, {**data, "action": "save", "aware": "on"})
    assert Window.objects.get(kind="plans").due_on.isoformat() == soon


def test_second_officer_sees_both_versions_and_decides(city):
    data = posted(city)
    city.post(f"/years/{FAR}/settings/", {**data, "action": "save"})
    mine = {**data, "plans_closes_on": f"{FAR}-06-01", "target_organization": "90", "action": "save"}
    told = city.post(f"/years/{FAR}/settings/", mine)
    form = told.context["form"]
    assert told.status_code == 409
    theirs = {name: field.theirs for name, field in form.fields.items() if getattr(field, "theirs", "")}
    assert theirs == {"plans_closes_on": f"{FAR}-12-31", "target_organization": "（空）"}
    city.post(f"/years/{FAR}/settings/", {**mine, "seen": form["seen"].value()})
    assert Window.objects.get(kind="plans").closes_on == date(FAR, 6, 1)


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"plans_due_on": f"{FAR - 1}-12-31"}, {"plans_due_on": ["上报期限不能早于开始日期。"]}),
        ({"plans_closes_on": f"{FAR}-04-09"}, {"plans_closes_on": ["截止日期不能早于上报期限。"]}),
        ({"plans_opens_on": ""}, {"plans_opens_on": ["请填写工作方案的开始日期。"]}),
        ({"plans_opens_on": "0001-01-01"}, {"plans_opens_on": [f"日期应在{FAR - 1}年至2100年之间，请核对年份。"]}),
        ({"supervision_closes_on": "明天"}, {"supervision_closes_on": ["请填写正确的日期，例如 2027-04-10。"]}),
        ({"target_rooms": "101"}, {"target_rooms": ["目标应在 0 到 100 之间。"]}),
        ({"target_rooms": "八成"}, {"target_rooms": ["请填写数字。"]}),
        ({"target_rooms": "33.333"}, {"target_rooms": ["最多保留 2 位小数。"]}),
    ],
)
def test_wrong_settings_are_refused_at_their_field(city, changed, errors):
    answer = city.post(f"/years/{FAR}/settings/", posted(city, **changed))
    assert answer.context["form"].errors == errors
    assert not Window.objects.exists()


def test_reason_is_asked_of_whoever_need_not_report(city):
    unit = Organization.objects.get(name="港区").pk
    data = posted(city)
    del data[f"plans_unit_{unit}"]
    answer = city.post(f"/years/{FAR}/settings/", data)
    assert answer.context["form"].errors == {f"plans_reason_{unit}": ["港区不报送工作方案的，请写明原因。"]}
    nobody = {name: value for name, value in data.items() if "plans_unit" not in name}
    nobody |= {f"plans_reason_{each}": "不必" for each in Organization.objects.counties().values_list("pk", flat=True)}
    assert city.post(f"/years/{FAR}/settings/", nobody).context["form"].non_field_errors() == ["工作方案至少要有一个单位报送。"]


def test_only_the_city_sets_a_year_and_none_before_the_circular(county, city):
    assert county.get(f"/years/{FAR}/settings/").status_code == 403
    assert city.get("/years/2011/settings/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_however_many_reported(jiaxing, city, django_assert_num_queries, count):
    window = WindowFactory(year=TODAY.year, ends=5)
    for name in ("南湖区", "秀洲区", "嘉善县")[:count]:
        PlanFactory(organization=jiaxing.county(name), window=window)
        handed_in(jiaxing.county(name), year=TODAY.year)
    city.get(f"/years/{TODAY.year}/")
    with django_assert_num_queries(QUERIES):
        city.get(f"/years/{TODAY.year}/")


QUERIES = 21
