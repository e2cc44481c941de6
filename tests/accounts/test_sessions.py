"""Sessions: whose they are, how they end, and what they cost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from apps.accounts import selectors, tasks
from apps.accounts.middleware import SessionMiddleware
from apps.accounts.models import Session
from apps.accounts.services import sessions
from apps.audit.models import Act
from apps.core import throttle
from tests.factories.database import sql
from tests.factories.people import UserFactory
from tests.factories.sign_in import ANOTHER, PASSWORD, browser, is_inside, sign_in

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50"


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


@pytest.fixture
def desk(user) -> Client:
    return browser(user, agent=CHROME)


@pytest.fixture
def phone(user) -> Client:
    return browser(user, agent=PHONE)


def handle(client: Client) -> str:
    return Session.objects.get(pk=client.session.session_key).handle


def age(client: Client, **since: float) -> None:
    """Make the session as old as if it was last used so long ago."""
    until = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE) - timedelta(**since)
    Session.objects.filter(pk=client.session.session_key).update(expire_date=until)


def test_the_table_knows_whose_session_it_is(user):
    client = Client(headers={"User-Agent": CHROME})
    sign_in(client, address="192.0.2.7")
    [session] = Session.objects.all()
    assert (session.user, session.address, session.browser) == (user, "192.0.2.7", CHROME)
    assert timezone.now() - session.began_at < timedelta(seconds=9)
    assert abs(session.seen_at - session.began_at) < timedelta(seconds=9)


def test_a_long_name_of_a_browser_is_cut(user):
    browser(user, agent="x" * 5000)
    assert Session.objects.get().browser == "x" * 300


def test_the_page_lists_where_i_am_signed_in_and_nobody_elses(desk, phone, user):
    browser_of_another = UserFactory(username="xiuzhou")
    Client().force_login(browser_of_another, backend="django.contrib.auth.backends.ModelBackend")
    age(phone, minutes=5)
    page = desk.get("/account/")
    assert [(device.name, device.is_this) for device in page.context["devices"]] == [("Chrome · Windows", True), ("微信 · 安卓", False)]
    text = page.content.decode()
    assert handle(phone) in text
    assert desk.session.session_key not in text
    assert phone.session.session_key not in text


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", "其他浏览器"),
        ("curl/8.5.0", "其他浏览器"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) Chrome/114.0", "Chrome · 鸿蒙"),
    ],
)
def test_a_browser_is_called_by_its_name(agent, words):
    assert selectors.describe(agent) == words


def test_signing_out_one_other_bites_on_its_next_request(desk, phone, user):
    assert desk.post("/account/sessions/end/", {"handle": handle(phone)}).url == "/account/"
    assert "已退出 1 个登录。" in desk.get("/account/").content.decode()
    assert (is_inside(desk), is_inside(phone)) == (True, False)
    [act] = Act.objects.filter(verb="session_ended", user=user.pk)
    assert (act.name, act.about) == ("王芳", "王芳的 1 个登录")


def test_signing_out_all_others_leaves_this_one(desk, phone, user):
    third = browser(user)
    desk.post("/account/sessions/end/", {"others": "yes"})
    assert [is_inside(client) for client in (desk, phone, third)] == [True, False, False]


@pytest.mark.parametrize("nonsense", ["", "x", "0" * 32, "' OR 1=1", "\x00"])
def test_a_handle_that_is_none_ends_nothing(desk, phone, nonsense):
    assert desk.post("/account/sessions/end/", {"handle": nonsense}).status_code == 302
    assert "没有需要退出的登录" in desk.get("/account/").content.decode()
    assert (is_inside(desk), is_inside(phone)) == (True, True)


def test_nobody_ends_the_sessions_of_another(desk, jiaxing):
    other = jiaxing.person("county_lead", jiaxing.county("秀洲区"), username="xiuzhou")
    theirs = jiaxing.signed_in(other)
    desk.post("/account/sessions/end/", {"handle": handle(theirs)})
    assert is_inside(theirs)


def test_a_service_ends_all_of_a_persons_sessions_but_one(desk, phone, user):
    assert sessions.end_all(user=user, except_key=desk.session.session_key) == 1
    assert (is_inside(desk), is_inside(phone)) == (True, False)
    assert sessions.end_all(user=user) == 1
    assert not is_inside(desk)


def test_reading_a_page_writes_no_session(desk):
    desk.get("/account/")
    before = Session.objects.values_list("expire_date", flat=True)[0]
    answer = desk.get("/account/")
    assert "sessionid" not in answer.cookies
    assert Session.objects.values_list("expire_date", flat=True)[0] == before


def test_use_is_noted_once_a_minute(desk):
    age(desk, seconds=59)
    assert "sessionid" not in desk.get("/account/").cookies
    age(desk, seconds=61)
    assert desk.get("/account/").cookies["sessionid"]["max-age"] == 1800


def test_it_never_outlives_thirty_idle_minutes(desk):
    age(desk, minutes=29)
    assert is_inside(desk)
    age(desk, minutes=30)
    assert not is_inside(desk)


def test_the_sweep_takes_what_has_ended_and_nothing_else(desk, phone):
    age(phone, minutes=31)
    tasks.clear_sessions()
    assert list(Session.objects.values_list("pk", flat=True)) == [desk.session.session_key]


@pytest.mark.parametrize("writes", [True, False])
def test_a_request_that_runs_while_its_session_is_ended_does_not_bring_it_back(desk, user, rf, writes):
    """Neither the row nor the cookie: of two at once the other may have given this browser a new key."""

    def page(request):
        assert request.session["sign_in"]
        sessions.end_all(user=user)
        if writes:
            request.session["late"] = True
        return HttpResponse()

    rf.cookies["sessionid"] = desk.session.session_key
    answer = SessionMiddleware(page)(rf.get("/"))
    assert (answer.status_code, "sessionid" in answer.cookies, Session.objects.count()) == (200, False, 0)


@pytest.mark.parametrize(
    "key", ["", "x", "a" * 31, "A" * 32, "a" * 33, "é" * 32, '"\\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"', "../etc/passwd.." * 2]
)
def test_a_key_we_cannot_have_made_opens_nothing_and_breaks_nothing(user, key):
    client = Client(headers={"Cookie": f"sessionid={key}"})
    assert client.get("/plans/").status_code == 302
    assert client.get("/login/").status_code == 200


def test_a_session_of_nobody_is_nobodys(client, user):
    """A key that was put into somebody's browser before they signed in is worth nothing afterwards."""
    planted = client.session
    planted["x"] = 1
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    sign_in(client)
    thief = Client()
    thief.cookies["sessionid"] = planted.session_key
    assert not is_inside(thief)


def test_a_changed_password_ends_the_others_and_keeps_this_one(desk, phone):
    desk.post("/account/password/", {"old_password": PASSWORD, "new_password": ANOTHER, "new_password_again": ANOTHER})
    assert (is_inside(desk), is_inside(phone)) == (True, False)
    assert [session.pk for session in Session.objects.all()] == [desk.session.session_key]


@pytest.fixture
def without_redis(settings) -> Iterator[None]:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    throttle._limiter.cache_clear()
    yield
    throttle._limiter.cache_clear()


def test_without_redis_people_sign_in_and_work_and_nobody_else(user, without_redis):
    """Nothing that sign-in stands on is there: the session and the lock are in the database."""
    client = Client()
    assert sign_in(client, password="wrong").status_code == 200
    assert sign_in(client).status_code == 302
    assert is_inside(client)
    sessions.end_all(user=user)
    assert not is_inside(client)
    assert [sign_in(Client(), password="wrong").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert sign_in(client).status_code == 429


@pytest.mark.django_db
def test_no_second_table_of_sessions_is_left():
    assert sql("SELECT to_regclass('django_session')") == [(None,)]
