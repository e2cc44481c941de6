"""A scope never outlives its request: one connection serves county after county, whatever happened to the request before.

In a database of its own, with the real WSGI handler and the settings' persistent connection: nothing here runs in a test's transaction.
"""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections
from django.db.utils import OperationalError

from apps.core import scope
from apps.plans import views
from apps.plans.models import Plan
from tests import databases
from tests.factories.jiaxing import Jiaxing
from tests.factories.plans import PlanFactory, WindowFactory

HOME, AWAY = "南湖区", "秀洲区"
WORDS = {HOME: "南湖的密语", AWAY: "秀洲的密语"}
NAME = "one_connection"

People = dict[str, str]  # county → the cookie of its lead, who has signed in


@pytest.fixture(scope="module")
def people(django_db_setup, django_db_blocker) -> Iterator[People]:
    """A copy of the test database with a plan on each side, committed, and the lead of each county signed in."""
    usual = connections["default"].settings_dict["NAME"]
    with django_db_blocker.unblock():
        connections.close_all()
        databases.create(NAME, usual)
        connections["default"].settings_dict["NAME"] = NAME
        try:
            with scope.opened(scope.EVERYTHING):
                jiaxing, window, cookies = Jiaxing(), WindowFactory(), {}
                for county, words in WORDS.items():
                    PlanFactory(organization=jiaxing.county(county), window=window, texts={"goals": words})
                    lead = jiaxing.person("county_lead", jiaxing.county(county))
                    cookies[county] = jiaxing.signed_in(lead).cookies[settings.SESSION_COOKIE_NAME].value
            yield cookies
        finally:
            connections.close_all()
            connections["default"].settings_dict["NAME"] = usual
            databases.drop(NAME)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def get(path: str, cookie: str = "") -> tuple[int, str]:
    """An answer of the portal as a server gets it: with the signals that keep or close the connection."""
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={cookie}" if cookie else "",
    }
    response = WSGIHandler()(environ, lambda status, headers: told.append(status))
    page = b"".join(response).decode()
    response.close()
    return int(told[0].split()[0]), page


def plan_of(county: str) -> str:
    with scope.opened(scope.EVERYTHING):
        return Plan.objects.get(county__name=county).get_absolute_url()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def left_open() -> tuple[str, int]:
    """What the connection still carries, and shows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.scope', true), ''), (SELECT count(*) FROM plans_plan)")
        return cursor.fetchone()


def check_the_next(people: People) -> None:
    """The other county sees its own and nothing else; whoever is not signed in sees nothing."""
    assert left_open() == ("", 0)
    status, page = get(plan_of(AWAY), people[AWAY])
    assert (status, WORDS[AWAY] in page, WORDS[HOME] in page) == (200, True, False)
    assert left_open() == ("", 0)
    assert get(plan_of(HOME), people[AWAY])[0] == 404
    assert get(plan_of(AWAY))[0] == 302
    assert left_open() == ("", 0)


def test_one_connection_serves_county_after_county(people):
    pid = backend()
    for _ in range(3):
        status, page = get(plan_of(HOME), people[HOME])
        assert (status, WORDS[HOME] in page, WORDS[AWAY] in page) == (200, True, False)
        check_the_next(people)
    assert backend() == pid


def fail(how: str) -> Any:
    """A page that goes wrong in the middle, with its scope open and rows in its hands."""

    def get_context_data(self: Any, **kwargs: Any) -> Any:
        assert Plan.objects.count() == 1
        with connection.cursor() as cursor:
            match how:
                case "statement timeout":
                    cursor.execute("SET LOCAL statement_timeout = 20")
                    cursor.execute("SELECT pg_sleep(5)")
                case "killed backend":
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                case "broken statement":
                    cursor.execute("SELECT nonsense")
                case "exception":
                    raise RuntimeError
                case "exit":
                    raise SystemExit

    return get_context_data


@pytest.mark.parametrize("how", ["exception", "broken statement", "statement timeout", "killed backend"])
def test_nothing_is_left_when_a_request_fails(people, monkeypatch, how):
    pid = backend()
    path = plan_of(HOME)
    with monkeypatch.context() as patch:
        patch.setattr(views.PlanDetail, "get_context_data", fail(how))
        try:
            status = get(path, people[HOME])[0]
        except OperationalError:  # with its connection killed not even the page of the error can be made
            status = 500
    assert status == 500
    check_the_next(people)
    assert (backend() == pid) == (how != "killed backend")


def test_nothing_is_left_when_the_worker_is_told_to_stop(people, monkeypatch):
    path = plan_of(HOME)
    with monkeypatch.context() as patch:
        patch.setattr(views.PlanDetail, "get_context_data", fail("exit"))
        with pytest.raises(SystemExit):
            get(path, people[HOME])
    check_the_next(people)


def test_a_scope_that_somebody_set_for_the_session_is_what_the_test_would_see(people):
    """The same check fails on a connection that carries a scope on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.scope', %s, false)", [scope.EVERYTHING.as_setting()])
    try:
        with pytest.raises(AssertionError):
            check_the_next(people)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET app.scope")
