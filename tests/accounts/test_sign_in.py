"""Signing in and out, the lock after five failures, and a session's end."""

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from apps.audit.models import Act
from tests.factories.people import UserFactory
from tests.factories.sign_in import PASSWORD, sign_in

WRONG = "账号或密码不正确，请重新输入。连续 5 次不正确，账号将锁定 30 分钟。"
LOCKED = "连续 5 次输入不正确，请 30 分钟后再试"


def fail(times: int, username: str = "nanhu", address: str = "127.0.0.1") -> list[int]:
    return [sign_in(Client(), username, "wrong", address).status_code for _ in range(times)]


def test_sign_in_leads_on(client, user):
    response = sign_in(client)
    assert (response.status_code, response.url) == (302, "/plans/")
    assert client.get("/plans/").status_code == 200


@pytest.mark.parametrize(("username", "password"), [("nanhu", "wrong"), ("nobody", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)])
def test_every_refusal_has_the_same_sentence(client, user, username, password):
    gone = UserFactory(username="gone", is_active=False)
    gone.set_password(PASSWORD)
    gone.save()
    response = sign_in(client, username, password)
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [WRONG]


def test_the_fifth_failure_locks_and_then_the_right_password_is_no_use(client, user):
    assert fail(5) == [200, 200, 200, 200, 429]
    response = sign_in(client)
    assert response.status_code == 429
    assert LOCKED in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_unknown_account_locks_just_the_same(user):
    assert fail(5, "nobody") == [200, 200, 200, 200, 429]


def test_the_lock_is_for_one_account_at_one_address(client, user):
    UserFactory(username="xiuzhou")
    fail(5)
    assert fail(1, "xiuzhou") == [200]
    assert sign_in(client, address="192.0.2.7").status_code == 302


def test_behind_a_proxy_the_lock_is_for_the_address_it_saw(client, user, settings):
    """Not for the proxy, which everybody shares, and not for what a sender says of themselves."""
    settings.PROXIES = 1
    for invented in range(5):
        sign_in(Client(headers={"X-Forwarded-For": f"203.0.113.{invented}, 192.0.2.7"}), password="wrong")
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"192.0.2.7"}
    assert sign_in(Client(headers={"X-Forwarded-For": "192.0.2.7"})).status_code == 429
    assert sign_in(Client(headers={"X-Forwarded-For": "192.0.2.8"})).status_code == 302


def test_without_a_proxy_nobody_chooses_their_address(user, settings):
    settings.PROXIES = 0
    for invented in range(5):
        sign_in(Client(headers={"X-Forwarded-For": f"192.0.2.{invented}"}), password="wrong")
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"127.0.0.1"}


def test_the_lock_opens_after_thirty_minutes(client, user):
    fail(5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=29))
    assert sign_in(client).status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))
    assert sign_in(client).status_code == 302


def test_success_forgets_earlier_failures(client, user):
    fail(4)
    sign_in(client)
    assert fail(4) == [200] * 4


def test_the_lock_out_page_keeps_where_the_user_was_going(user):
    fail(4)
    response = sign_in(Client(), password="wrong", next="/plans/?year=2026")
    assert '<input type="hidden" name="next" value="/plans/?year=2026">' in response.content.decode()


def test_failures_are_recorded_without_the_password(user):
    fail(1)
    assert [("wrong" in attempt.post_data, attempt.username) for attempt in AccessAttempt.objects.all()] == [(False, "nanhu")]


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"]
)
def test_sign_in_never_leads_to_another_site(client, user, settings, elsewhere):
    settings.LOGIN_REDIRECT_URL = "/plans/"
    assert sign_in(client, next=elsewhere).url == "/plans/"


def test_cookies_tell_scripts_and_other_sites_nothing(client, user):
    cookies = sign_in(client).cookies
    assert facts(cookies, "sessionid") == {"httponly": True, "samesite": "Lax", "secure": "", "max-age": 1800, "path": "/"}
    assert facts(cookies, "last_user") == {"httponly": True, "samesite": "Lax", "secure": "", "max-age": "", "path": "/"}


def facts(cookies: SimpleCookie, name: str) -> dict[str, object]:
    return {key: cookies[name][key] for key in ("httponly", "samesite", "secure", "max-age", "path")}


def test_sign_in_without_the_form_token_is_refused_in_words(user):
    response = sign_in(Client(enforce_csrf_checks=True))
    assert response.status_code == 403
    assert "页面停留过久或浏览器禁用了 Cookie" in response.content.decode()


def test_sign_ins_and_failures_are_acts(client, user):
    fail(5)
    sign_in(client, address="192.0.2.7")
    client.post("/logout/", REMOTE_ADDR="192.0.2.7")
    acts = Act.objects.filter(details__username="nanhu").order_by("pk")
    known = [(act.verb, act.user, act.name, act.about, act.address) for act in acts]
    assert known[0] == ("sign_in_failed", None, "", "nanhu", "127.0.0.1")
    assert {row[0] for row in known[:6]} == {"sign_in_failed", "locked_out"}
    assert known[-2:] == [("sign_in", user.pk, "王芳", "", "192.0.2.7"), ("sign_out", user.pk, "王芳", "", "192.0.2.7")]


def test_the_log_has_the_name_that_was_typed_and_never_the_password(user):
    fail(1, "没有 这个人" * 25)
    [act] = Act.objects.filter(verb="sign_in_failed", about__startswith="没有")
    assert (len(act.about), act.details["username"]) == (150, "没有 这个人" * 25)
    assert "wrong" not in str(act.details)


@pytest.mark.parametrize("forged", ["", ",", "unknown", "127.0.0.1:80", "::ffff:1", "' OR 1=1", "203.0.113.9, not-an-address"])
def test_nonsense_in_the_forwarded_header_breaks_nothing(user, settings, forged):
    settings.PROXIES = 1
    assert sign_in(Client(headers={"X-Forwarded-For": forged}), password="wrong").status_code == 200
    assert sign_in(Client(headers={"X-Forwarded-For": forged})).status_code == 302


@pytest.mark.parametrize("nonsense", ["", "\x00", "nanhu\x00", "x" * 5000, "‮nanhu", "<script>", "ｎａｎｈｕ"])
def test_nonsense_signs_nobody_in(client, user, nonsense):
    answer = sign_in(client, nonsense, nonsense)
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
