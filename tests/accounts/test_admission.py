"""What was typed, and where somebody was going, comes through every step between sign-in and the portal."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.services import second_factor
from apps.organizations.services import roles
from apps.plans import services as plans
from apps.plans.models import Plan
from apps.years.services import windows
from tests.factories.sign_in import ANOTHER, PASSWORD, browser, code_of, key_of, sign_in

WORDS = "本年度新建二十个社区少工委"


@pytest.fixture
def plan(jiaxing, user) -> Plan:
    year = timezone.localdate().year
    window = windows.set_days(
        kind="plans", year=year, opens_on=date(year, 1, 1), due_on=date(year, 4, 10), closes_on=date(year, 12, 31), by=user
    )
    return plans.draft(organization=jiaxing.county(), window=window, by=user)[0]


@pytest.fixture
def owing(user, jiaxing, plan) -> None:
    """A person who owes everything: a code, a password of their own, a hat."""
    key = second_factor.new_key()
    second_factor.set_up(user=user, key=key, code=code_of(key, steps=-1), session_key=None)
    roles.grant(user=user, role="county_editor", organization=jiaxing.county("秀洲区"))
    user.chose_password_at = None
    user.save()


def form(plan: Plan) -> dict[str, object]:
    return {"version": plan.version, "goals": WORDS, "stages-TOTAL_FORMS": 0, "stages-INITIAL_FORMS": 0}


def through(client: Client, user, address: str) -> tuple[str, str]:
    """Take every step, each time from the page that the portal leads to; where it leads in the end, and what stands there."""
    answer = client.get(address)
    steps = []
    while answer.status_code == 302:
        steps.append(answer.url.split("?")[0])
        onward = client.get(answer.url).context["next"]
        given = {
            "/login/code/": {"code": code_of(key_of(user))},
            "/account/password/": {"old_password": PASSWORD, "new_password": ANOTHER, "new_password_again": ANOTHER},
            "/people/hats/": {"hat": roles.RoleHolding.objects.get(organization__name="南湖区", group__user=user).pk},
        }[steps[-1]]
        address = client.post(steps[-1], {**given, "next": onward}).url
        answer = client.get(address)
    assert steps == ["/login/code/", "/account/password/", "/people/hats/"]
    return address, answer.content.decode()


def test_the_steps_come_in_their_order_and_lead_to_where_one_was_going(user, owing):
    client = browser(user)
    assert through(client, user, "/plans/?year=2026")[0] == "/plans/?year=2026"


def test_a_form_from_before_the_session_ended_comes_through(user, plan, owing):
    address = f"/plans/{plan.pk}/edit/"
    client = browser(user)
    through(client, user, address)
    client.session.flush()
    del client.cookies["sessionid"]
    assert client.post(address, form(plan)).url == f"/login/?next={address}"
    user.refresh_from_db()
    user.chose_password_at = None
    user.set_password(PASSWORD)
    user.passwords.all().delete()
    user.save()
    key = second_factor.new_key()
    second_factor.set_up(user=user, key=key, code=code_of(key, steps=-1), session_key=None)

    sign_in(client, next=address)
    led_to, page = through(client, user, address)
    assert led_to == address
    assert WORDS in page


def test_a_form_from_another_tab_is_held_until_every_step_is_taken(user, plan, owing):
    """One tab has signed in and stands at the code; the other still has the form, and sends it."""
    address = f"/plans/{plan.pk}/edit/"
    client = browser(user)
    client.get("/login/code/")
    assert client.post(address, form(plan)).url == f"/login/code/?next=%2Fplans%2F{plan.pk}%2Fedit%2F"
    assert WORDS in through(client, user, address)[1]
    plan.refresh_from_db()
    assert plan.texts == {}


def test_a_button_does_nothing_before_admission_and_says_so(user, plan, owing):
    client = browser(user)
    page = f"/plans/{plan.pk}/"
    answer = client.post(f"{page}submit/", {"version": 1}, HTTP_REFERER=f"http://testserver{page}")
    assert answer.url == f"/login/code/?next=%2Fplans%2F{plan.pk}%2F"
    assert "登录尚未完成，刚才的操作没有执行" in client.get(answer.url).content.decode()
    plan.refresh_from_db()
    assert plan.state == "draft"


@pytest.mark.parametrize("header", ["X-Autosave", "HX-Request"])
def test_a_script_is_told_in_plain_text(user, owing, plan, header):
    answer = browser(user).post(f"/plans/{plan.pk}/edit/", form(plan), headers={header: "true"})
    assert (answer.status_code, answer.content.decode()) == (401, "登录尚未完成，请刷新页面。")


def test_signing_out_is_always_open(user, owing):
    client = browser(user)
    assert client.post("/logout/").url == "/login/"
    assert client.get("/login/").status_code == 200
