"""A form that arrives after the session ended: held for its sender, restored after sign-in, shown to nobody else."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.core import held_forms
from apps.plans import services
from apps.plans.models import Plan
from apps.years.services import windows
from tests.factories.jiaxing import Jiaxing

PASSWORD = "红领巾 hong-ling-jin 2012"
WORDS = "本年度新建二十个社区少工委"


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture(autouse=True)
def quick_hashes(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def sender(jiaxing: Jiaxing) -> User:
    return with_password(jiaxing.person("county_lead", jiaxing.county(), username="nanhu"))


@pytest.fixture
def plan(jiaxing: Jiaxing, sender: User) -> Plan:
    year = timezone.localdate().year
    window = windows.set_days(
        kind="plans", year=year, opens_on=date(year, 1, 1), due_on=date(year, 4, 10), closes_on=date(year, 12, 31), by=sender
    )
    return services.draft(organization=jiaxing.county(), window=window, by=sender)[0]


@pytest.fixture
def browser(plan: Plan, sender: User) -> Client:
    """The sender's browser, an hour after they opened the form: the session is gone, the page is still there."""
    browser = Client()
    sign_in(browser, sender)
    assert browser.get(edit(plan)).status_code == 200
    browser.session.flush()
    del browser.cookies["sessionid"]
    return browser


def edit(plan: Plan) -> str:
    return f"/plans/{plan.pk}/edit/"


def send(browser: Client, plan: Plan, **headers: str):
    data = {"version": plan.version, "goals": WORDS, "stages-TOTAL_FORMS": 0, "stages-INITIAL_FORMS": 0, "csrfmiddlewaretoken": "x"}
    return browser.post(edit(plan), data, **headers)


def sign_in(browser: Client, user: User, to: str = "/plans/"):
    return browser.post("/login/", {"username": user.username, "password": PASSWORD, "next": to})


def shown(browser: Client, plan: Plan) -> bool:
    return WORDS in browser.get(edit(plan)).content.decode()


def test_the_sender_finds_the_form_again(browser, plan, sender):
    response = send(browser, plan)
    assert (response.status_code, response.url) == (302, f"/login/?next={edit(plan)}")
    assert "您刚才填写的内容已为您保留" in browser.get(response.url).content.decode()

    assert sign_in(browser, sender, edit(plan)).url == edit(plan)
    assert shown(browser, plan)
    plan.refresh_from_db()
    assert plan.texts == {}  # shown again, not saved behind their back


def test_it_is_shown_once(browser, plan, sender):
    send(browser, plan)
    sign_in(browser, sender)
    assert [shown(browser, plan), shown(browser, plan)] == [True, False]


def test_somebody_else_at_the_same_machine_never_sees_it(browser, plan, jiaxing):
    """Even where both may edit the same plan."""
    colleague = with_password(jiaxing.person("county_editor", jiaxing.county(), username="colleague"))
    send(browser, plan)
    assert sign_in(browser, colleague).status_code == 302
    assert not shown(browser, plan)


def test_the_next_user_does_not_get_what_the_last_one_sends(browser, plan, sender, jiaxing):
    colleague = with_password(jiaxing.person("county_editor", jiaxing.county(), username="colleague"))
    sign_in(browser, colleague)
    browser.get("/plans/")
    browser.session.flush()
    del browser.cookies["sessionid"]
    send(browser, plan)
    sign_in(browser, sender)
    assert not shown(browser, plan)


def test_it_is_kept_for_its_own_page(browser, plan, sender, jiaxing):
    send(browser, plan)
    sign_in(browser, sender)
    browser.get("/plans/")
    assert browser.session[held_forms.KEY]["path"] == edit(plan)
    assert shown(browser, plan)


def test_a_browser_nobody_signed_in_at_holds_nothing(plan):
    stranger = Client()
    send(stranger, plan)
    assert held_forms.KEY not in stranger.session


def test_a_forged_cookie_holds_nothing(browser, plan, sender):
    browser.cookies[held_forms.COOKIE] = f"{sender.pk}:forged"
    send(browser, plan)
    assert held_forms.KEY not in browser.session


def test_the_token_is_not_kept(browser, plan):
    send(browser, plan)
    assert "csrfmiddlewaretoken" not in browser.session[held_forms.KEY]["data"]


def test_a_form_beyond_the_limit_is_not_kept(browser, plan):
    browser.post(edit(plan), {"goals": "x" * held_forms.MAX_BYTES})
    assert held_forms.KEY not in browser.session


@pytest.mark.parametrize("header", ["HTTP_X_AUTOSAVE", "HTTP_HX_REQUEST"])
def test_background_requests_get_a_plain_401(browser, plan, header):
    response = send(browser, plan, **{header: "true"})
    assert (response.status_code, response.content.decode()) == (401, "登录已过期，请重新登录。")
    assert held_forms.KEY not in browser.session


def test_a_button_pressed_too_late_leads_back_to_its_page(browser, plan, sender):
    """An address that only takes POST cannot be opened after sign-in: back to the page of the button, and a word about it."""
    page = f"/plans/{plan.pk}/?from=list"
    response = browser.post(f"/plans/{plan.pk}/submit/", {"version": 1}, HTTP_REFERER=f"http://testserver{page}")
    assert response.url == f"/login/?next=/plans/{plan.pk}/%3Ffrom%3Dlist"
    sign_in(browser, sender, page)
    assert "登录已过期，刚才的操作没有执行" in browser.get(page).content.decode()
    plan.refresh_from_db()
    assert plan.state == "draft"


def test_a_button_from_elsewhere_leads_to_the_start_page(browser, plan, settings):
    settings.LOGIN_REDIRECT_URL = "/plans/"
    response = browser.post(f"/plans/{plan.pk}/submit/", {"version": 1}, HTTP_REFERER="https://evil.example/plans/")
    assert response.url == "/login/?next=/plans/"
