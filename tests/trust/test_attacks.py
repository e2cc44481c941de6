"""What somebody tries who means harm and has an account: other keys in the address and in the form, and headers that claim something."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection

from apps.core.lifecycle.enums import State
from apps.plans.models import Attachment
from tests.trust.test_matrix import has_permission
from tests.trust.world import AWAY, Case, World

LEAD, COUNSELOR = "county_lead @ county", "school_counselor @ school"
NONSENSE = ["", "0", "-1", "9" * 30, "²", "x'--", "\x00", "/etc/passwd", "%(x)s{0}", "<script>", "[]", "2026-13-45"]
# What the pages read from their address, and what a curious reader might guess they read.
PARAMETERS = (
    "q name year county town school within kind area state standard reached turn page per_page sort below-sort places-page schools-sort "
    "indicator direct group check next hat organization role below person since until address table verb order_by partner owner stale"
).split()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def pages(world: World, actor: str) -> list[Case]:
    """Every page that shows something and belongs to nobody, or to oneself."""
    return [case for case in world.cases if case.subject in ("", "own") and case.has("GET") and has_permission(actor, case)]


def case_of(world: World, name: str, subject: str = "own") -> Case:
    return next(case for case in world.cases if (case.name, case.subject) == (name, subject))


@pytest.fixture(scope="module")
def readers(world) -> list[tuple[str, Case]]:
    """The pages that read anything from their address, each with somebody who opens it; another cannot break on it."""
    lead, found, read = pages(world, LEAD), [], []
    asking = [(LEAD, case) for case in lead] + [(COUNSELOR, case) for case in pages(world, COUNSELOR) if case not in lead]
    parse = vars(WSGIRequest)["GET"].func
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIRequest, "GET", property(lambda request: read.append(request.path) or parse(request)))
        for actor, case in asking:
            read.clear()
            with world.set_for(case):
                world.ask(actor, "GET", case, query={"page": "1"})
            if read:
                found.append((actor, case))
    assert {"plans:list", "rooms:list", "organizations:list", "coverage:dashboard"} <= {case.name for _, case in found}
    return found


@pytest.mark.parametrize("value", NONSENSE, ids=ascii)
def test_no_page_breaks_on_a_parameter(world, readers, value):
    broken = []
    for actor, case in readers:
        with world.set_for(case):
            answer = world.ask(actor, "GET", case, query=dict.fromkeys(PARAMETERS, value))
        if answer.status == "500" or answer.shows(AWAY):
            broken.append((actor, case.name, answer.status))
    assert broken == []


def test_keys_of_others_in_the_address_show_nothing(world, readers):
    """?county=, ?school=, ?town=, ?within= and the like, with the other county's key."""
    other = world.sites["other"]
    keys = {name: str(getattr(other, name).pk) for name in ("county", "town", "school")}
    keys |= {
        "within": keys["county"],
        "organization": keys["school"],
        "partner": keys["school"],
        "below": keys["county"],
        "unit": keys["county"],
    }
    shown, reading = [], [case for _, case in readers]
    for actor in (LEAD, COUNSELOR):
        for case in (case for case in pages(world, actor) if not case.subject and case in reading):
            with world.set_for(case):
                for name, key in keys.items():
                    answer = world.ask(actor, "GET", case, query={name: key})
                    if answer.status == "500" or answer.shows(AWAY):
                        shown.append((actor, case.name, name, answer.status))
    assert shown == []


def post(world: World, actor: str, url: str, data: dict[str, Any]) -> Any:
    return world.actors[actor].post(url, data)


FORMS = [(LEAD, "plans"), (LEAD, "supervision"), (COUNSELOR, "rooms"), (COUNSELOR, "pairings"), (COUNSELOR, "counselors")]


@pytest.mark.parametrize(("actor", "app"), FORMS)
def test_a_form_writes_no_more_than_it_shows(world, actor, app):
    """State, tenancy, dates and people of a report cannot be posted into it."""
    case, other = case_of(world, f"{app}:edit"), world.sites["other"]
    stolen = {
        "state": State.APPROVED, "organization": other.school.pk, "organization_id": other.school.pk, "county": other.county.pk,
        "county_id": other.county.pk, "partner": other.school.pk, "partner_id": other.school.pk, "partner_county_id": other.county.pk,
        "id": 1, "pk": 1, "created_by": 1, "submitted_by": 1, "submitted_at": "2012-01-01", "decided_at": "2012-01-01", "is_standard": "on",
        "area_needed": "1", "year": "2013", "window": "2013", "partner_accepted_at": "2012-01-01", "county_confirmed_at": "2012-01-01",
        "checklist": 99, "kinds": "x", "traits": "x",
    }  # fmt: skip
    rows = {"stages-TOTAL_FORMS": "0", "stages-INITIAL_FORMS": "0", "inspections-TOTAL_FORMS": "0", "inspections-INITIAL_FORMS": "0"}
    with world.set_for(case):
        stored = type(case.row)._default_manager.filter(pk=case.row.pk)
        written = {*case.row.content_fields, "texts", "updated_at", "updated_by_id", "version"}
        before = {key: value for key, value in stored.values()[0].items() if key not in written}
        response = post(world, actor, case.url, {**case.body(), **stolen, **rows})
        assert response.status_code == 302, response.content.decode()[:2000]
        after = {key: value for key, value in stored.values()[0].items() if key not in written}
    assert after == before


def test_an_attachment_of_another_plan_is_not_removed_through_ones_own(world):
    case, theirs = case_of(world, "plans:edit"), case_of(world, "plans:attachment", "other").row
    with world.set_for(case):
        rows = {"stages-TOTAL_FORMS": "0", "stages-INITIAL_FORMS": "0"}
        response = post(world, LEAD, case.url, {**case.body(), **rows, "remove": theirs.pk})
        assert response.status_code == 200
    assert Attachment.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("slot", ["confirm_partner", "confirm", "review", "nonsense", ""])
def test_a_decision_of_somebody_else_is_not_taken_by_its_name(world, slot):
    case = case_of(world, "pairings:approve", "invited")
    with world.set_for(case):
        assert post(world, COUNSELOR, case.url, {"version": case.row.version, "slot": slot}).status_code == 403
        assert post(world, "county_editor @ county", case.url, {"version": case.row.version, "slot": slot}).status_code == 403


@pytest.mark.parametrize("name", ["../../../etc/passwd.pdf", '";x.pdf', "..\\..\\boot.pdf", "恶意‮fdp.pdf", "a" * 300 + ".pdf"])
def test_a_files_name_does_nothing_but_name_it(world, name):
    case = case_of(world, "plans:edit")
    with world.set_for(case):
        rows = {"stages-TOTAL_FORMS": "0", "stages-INITIAL_FORMS": "0"}
        sent = {**case.body(), **rows, "uploads": SimpleUploadedFile(name, b"%PDF-1.7\n" + name.encode())}
        assert post(world, LEAD, case.url, sent).status_code == 302
        kept = Attachment.objects.filter(plan=case.row).latest("pk")
        assert kept.file.name == f"plans/{case.row.pk}/{kept.sha256}"
        response = world.actors[LEAD].get(f"/plans/attachments/{kept.pk}/")
        disposition = response.headers["Content-Disposition"]
        b"".join(response.streaming_content)
    assert response.status_code == 200
    assert disposition.startswith("attachment")
    assert not set(disposition) & {"\r", "\n"}
    assert "/" not in kept.name
    assert "\\" not in kept.name
    assert "Set-Cookie" not in response.headers or "x=1" not in response.headers["Set-Cookie"]


def test_what_is_shown_is_kept_by_no_cache(world):
    lax = {}
    for name in ("plans:detail", "plans:attachment", "rooms:list", "desk:desk", "people:list", "coverage:dashboard"):
        case = next(each for each in world.cases if each.name == name)
        response = world.actors[LEAD].get(case.url)
        b"".join(response.streaming_content) if response.streaming else response.content
        if "no-store" not in response.headers["Cache-Control"] or response.has_header("ETag") or response.has_header("Last-Modified"):
            lax[name] = dict(response.headers)
    assert lax == {}


HEADERS = [
    {"X-Forwarded-Host": "evil.example"},
    {"X-Original-URL": "/audit/"},
    {"X-Rewrite-URL": "/audit/"},
    {"X-HTTP-Method-Override": "POST"},
    {"X-Forwarded-User": "city"},
    {"Remote-User": "city"},
    {"X-Forwarded-For": "127.0.0.1"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers)))
def test_a_header_claims_nothing(world, headers):
    """Neither another page, nor another person, nor another host."""
    for actor, expected in (("anonymous", 302), (LEAD, 404)):
        response = world.actors[actor].get(case_of(world, "plans:detail", "other").url, headers=headers)
        assert response.status_code == expected
        assert "evil" not in response.headers.get("Location", "") + response.content.decode()


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\r\nX: y", "https:evil.example"]


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=ascii)
def test_no_way_leads_out(world, elsewhere):
    for actor, url in (("anonymous", "/login/"), (LEAD, "/login/"), (LEAD, "/people/hats/")):
        response = world.actors[actor].get(url, {"next": elsewhere})
        assert "evil.example" not in response.headers.get("Location", "")
        assert "javascript:" not in response.headers.get("Location", "")
    referred = world.actors["anonymous"].post("/plans/1/submit/", headers={"Referer": elsewhere.replace("\r\n", " ")})
    assert "evil.example" not in referred.headers["Location"]


@pytest.mark.parametrize("setting", ["all||", "everything", "'); SELECT set_config('app.scope', 'all||', true); --"])
def test_what_people_type_never_becomes_the_scope(world, setting):
    """Into every field that is searched or stored, and the request still sees what it may."""
    case = next(each for each in world.cases if each.name == "organizations:list")
    for name in ("q", "county", "within", "kind", "page"):
        with world.set_for(case):
            answer = world.ask(LEAD, "GET", case, query={name: setting})
            assert answer.status == "200"
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('app.scope', true)")
                assert cursor.fetchone() == ("all|{}|{}",)  # the world's own, come back


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, 2**63, 10**30])
def test_a_key_beyond_all_numbers_is_not_found(world, number):
    for case in world.cases:
        if case.subject == "nobody" and has_permission(LEAD, case) and case.has("GET"):
            response = world.actors[LEAD].get(case.url.replace("987654321", str(number)))
            assert response.status_code == 404, case.url
