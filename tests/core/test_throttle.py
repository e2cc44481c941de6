"""Who signs in, uploads or exports more often than a person does is told to wait; nobody else is."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.views import View

from apps.core import throttle


@pytest.fixture(autouse=True)
def low_limits(settings) -> None:
    settings.RATE_LIMITS = {"sign_in": "3/minute", "upload": "2/minute", "export": "2/minute"}
    throttle._limiter().storage.reset()
    cache.clear()


def test_signing_in_too_often_from_one_address(db):
    answers = [Client(REMOTE_ADDR="10.0.0.1").post("/login/", {"username": f"u{n}", "password": "x"}) for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert "操作过于频繁" in answers[-1].content.decode()
    assert answers[-1].headers["Retry-After"] == "60"
    assert Client(REMOTE_ADDR="10.0.0.2").post("/login/", {"username": "u", "password": "x"}).status_code == 200


def test_looking_at_the_page_is_free(db):
    assert {Client(REMOTE_ADDR="10.0.0.3").get("/login/").status_code for _ in range(9)} == {200}


def test_uploading_too_often(jiaxing):
    lead = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))
    other = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county("秀洲区")))

    def send(client: Client) -> int:
        return client.post("/plans/1/edit/", {"uploads": SimpleUploadedFile("方案.pdf", b"%PDF-1.7")}).status_code

    assert [send(lead) for _ in range(4)] == [404, 404, 429, 429]
    assert send(other) == 404
    assert lead.get("/plans/").status_code == 200


class Export(View):
    throttle = throttle.EXPORT


def test_an_export_counts_when_it_is_fetched():
    request = RequestFactory().get("/")
    assert [throttle.kind_of(request, view) for view in (Export.as_view(), View.as_view(), HttpResponse)] == ["export", None, None]


class List(View):
    throttle = throttle.LIST


def test_a_list_counts_when_it_is_asked_for_as_a_file():
    asked = ("/", "/?q=export", "/?export=csv", "/?export=")
    assert [throttle.kind_of(RequestFactory().get(each), List.as_view()) for each in asked] == [None, None, "export", "export"]


def test_every_kind_has_its_rate(settings):
    assert set(settings.RATE_LIMITS) == {throttle.SIGN_IN, throttle.UPLOAD, throttle.EXPORT}
