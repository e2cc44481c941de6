"""Signing in and out, the lock after five failures, and a session's end."""

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Session, User
from tests.factories.people import UserFactory

PASSWORD = "红领巾 hong-ling-jin 2012"
WRONG = "账号或密码不正确，请重新输入。连续 5 次不正确，账号将锁定 30 分钟。"
LOCKED = "连续 5 次输入不正确，请 30 分钟后再试"


@pytest.fixture(autouse=True)
def quick_hashes(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def user(jiaxing) -> User:
    user = jiaxing.person("county_lead", jiaxing.county(), username="nanhu")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, username: str = "nanhu", password: str = PASSWORD, address: str = "127.0.0.1", **data: str):
    fields = {"username": username, "password": password, "next": "/plans/", **data}
    return client.post("/login/", fields, REMOTE_ADDR=address)


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


def test_the_session_has_a_new_key_after_sign_in(client, user):
    client.get("/login/")
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client)
    assert client.session.session_key != session.session_key
    assert not Session.objects.filter(pk=session.session_key).exists()


def test_every_page_gives_thirty_more_minutes(client, user):
    sign_in(client)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    response = client.get("/plans/")
    assert response.cookies["sessionid"]["max-age"] == 1800
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_a_session_left_alone_ends(client, user):
    sign_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    response = client.get("/plans/")
    assert (response.status_code, response.url) == (302, "/login/?next=/plans/")


def test_signing_out_ends_the_session_on_the_server(client, user):
    sign_in(client)
    key = client.session.session_key
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == "/login/"
    client.cookies["sessionid"] = key
    assert client.get("/plans/").status_code == 302


def test_a_changed_password_ends_other_sessions(client, user):
    sign_in(client)
    user.set_password("另一个密码 another one 2013")
    user.save()
    assert client.get("/plans/").status_code == 302


def test_a_person_who_left_is_out_at_once(client, user):
    sign_in(client)
    user.is_active = False
    user.save()
    assert client.get("/plans/").status_code == 302


def test_sign_in_without_the_form_token_is_refused_in_words(user):
    response = sign_in(Client(enforce_csrf_checks=True))
    assert response.status_code == 403
    assert "页面停留过久或浏览器禁用了 Cookie" in response.content.decode()
