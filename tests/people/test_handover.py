"""A school, or another organization, passes to somebody else, and its work stays: each kind of report, through real pages."""

import pytest
from django.apps import apps
from django.test import Client

from apps.accounts.models import User
from apps.organizations.models import TenantReport
from apps.organizations.services import roles
from apps.people.models import Person
from tests.factories.counselors import ExchangeFactory
from tests.factories.html import as_sent
from tests.factories.jiaxing import Jiaxing
from tests.factories.pairings import PairingFactory
from tests.factories.people import serving
from tests.factories.plans import PlanFactory
from tests.factories.rooms import RoomFactory
from tests.factories.supervision import SupervisionFactory
from tests.people.test_pages import text


@pytest.fixture
def page(county) -> Client:
    return county.page(county.lead)


def form_of(person, **facts: str) -> dict[str, str]:
    [held] = Person.objects.get(pk=person.pk).holdings
    return {"post": f"{person.pk}-{held.pk}", "successor": "", "name": "", "username": "", "phone": "", "email": "", **facts}


def drafts_of_school(county) -> list[TenantReport]:
    ends = {"organization": county.school, "partner": county.foreign, "created_by": county.counselor}
    return [RoomFactory(organization=county.school, created_by=county.counselor), PairingFactory(**ends), ExchangeFactory(**ends)]


def drafts_of_county(county, by) -> list[TenantReport]:
    return [PlanFactory(organization=county.home, created_by=by), SupervisionFactory(organization=county.home, created_by=by, year=2026)]


def test_all_kinds_of_reports_are_tried(county):
    tried = {type(each) for each in (*drafts_of_school(county), *drafts_of_county(county, county.lead))}
    assert tried == {model for model in apps.get_models() if issubclass(model, TenantReport)}


def test_the_work_of_a_school_stays_and_goes_on(county, page):
    drafts = drafts_of_school(county)
    answer = page.get(f"/people/handover/{county.school.pk}/")
    assert "1 份队室、 1 份结对、 1 份辅导员交流全部保留" in text(answer)
    form = form_of(county.counselor, name="赵老师", username="zhao", disable="on")
    preview = page.post(f"/people/handover/{county.school.pk}/", form)
    assert "将可以查看 1 所学校" in text(preview)
    done = page.post(f"/people/handover/{county.school.pk}/", {**form, "confirm": "yes"})
    assert done.context["opened"][0].person.username == "zhao"

    goes_on(county.jiaxing, User.objects.get(username="zhao"), drafts)
    assert county.page(county.counselor).get("/rooms/").status_code in (302, 403)


def test_the_work_of_a_reporting_unit_stays_and_goes_on(county):
    lead, heir = county.lead, serving("county_editor", county.home, username="heir")
    drafts = drafts_of_county(county, lead)
    page = county.page(county.sysadmin)
    form = form_of(lead, successor="heir")
    answer = page.post(f"/people/handover/{county.home.pk}/", {**form, "confirm": "yes"})
    assert answer.url == f"/people/{heir.pk}/"
    assert [held.role for held in Person.objects.get(pk=heir.pk).holdings] == ["county_editor", "county_lead"]
    client = county.page(heir)
    hat = next(held for held in Person.objects.get(pk=heir.pk).holdings if held.role == "county_lead")
    client.post("/people/hats/", {"hat": hat.pk})
    goes_on(county.jiaxing, heir, drafts, client)


def goes_on(jiaxing: Jiaxing, heir: User, drafts: list[TenantReport], client: Client | None = None) -> None:
    """The new one opens each draft, saves it, and hands it in."""
    client = client or jiaxing.signed_in(heir)
    for draft in drafts:
        address = draft.get_absolute_url()
        sent = as_sent(client.get(f"{address}edit/"), "data-autosave")
        if "leader" in sent:  # a plan that is left as it was is not written
            sent["leader"] = "接任的负责人"
        saved = client.post(f"{address}edit/", {**sent, "action": "check"})
        assert saved.status_code == 302, draft
        draft.refresh_from_db()
        assert (draft.state, draft.updated_by) == ("draft", heir), draft
        client.post(f"{address}submit/", {"version": draft.version})
        draft.refresh_from_db()
        assert (draft.state, draft.submitted_by) == ("submitted", heir), draft


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({}, "name", "请填写接任者的姓名，或在上面填写接任者已有的账号。"),
        ({"successor": "nobody"}, "successor", "在您管理的单位中没有账号“nobody”，请核对。"),
        ({"successor": "stranger"}, "successor", "在您管理的单位中没有账号“stranger”，请核对。"),
        ({"successor": "lead"}, "successor", "这是您自己的账号，不能由自己管理；需要调整的，请联系市级系统管理员。"),
        ({"successor": "counselor"}, "successor", "接任者不能是移交人本人。"),
        ({"post": "1-1"}, "post", "没有这个选项，请从列出的选项中选择。"),
    ],
)
def test_what_cannot_be_handed_over_is_told_at_its_field(county, page, facts, field, sentence):
    form = form_of(county.counselor, **facts)
    answer = page.post(f"/people/handover/{county.school.pk}/", {**form, "confirm": "yes"})
    assert answer.context["form"].errors[field] == [sentence]
    assert len(Person.objects.get(pk=county.counselor.pk).holdings) == 1


def test_an_account_in_use_elsewhere_is_not_closed(county, page):
    roles.grant(user=county.stranger, role="school_counselor", organization=county.school)
    held = next(held for held in Person.objects.get(pk=county.stranger.pk).holdings if held.organization == county.school)
    form = {**form_of(county.counselor, name="赵老师", disable="on"), "post": f"{county.stranger.pk}-{held.pk}"}
    answer = page.post(f"/people/handover/{county.school.pk}/", form)
    assert answer.context["form"].errors == {"disable": [f"陈老师还任{county.foreign} 学校少先队大队辅导员，账号不能停用。"]}
    roles.revoke(user=county.stranger, role="school_counselor", organization=county.foreign)
    answer = page.post(f"/people/handover/{county.school.pk}/", form)
    assert answer.context["form"].errors == {"disable": ["此账号由其他单位管理；您可以收回此人在本单位的角色。"]}


def test_schools_of_others_are_not_there(county, page):
    assert page.get(f"/people/handover/{county.foreign.pk}/").status_code == 404
    assert page.get(f"/people/handover/{county.jiaxing.place().pk}/").status_code == 404


def test_a_school_without_people_says_what_to_do(county, page):
    assert "可以直接开通账号" in text(page.get(f"/people/handover/{county.other.pk}/"))
