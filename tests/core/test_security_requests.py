"""What a request may be, and the sentence with which it is refused; the pages of errors, for whoever is signed in and whoever is not."""

import io
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from apps.core.middleware import MAX_REQUEST_BYTES
from apps.plans import views
from tests.factories.people import UserFactory


@pytest.fixture(params=["anonymous", "signed in"])
def visitor(request, jiaxing) -> Client:
    if request.param == "anonymous":
        return Client(raise_request_exception=False)
    client = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))
    client.raise_request_exception = False
    return client


def raw(length: str, body: bytes = b"") -> tuple[str, str]:
    """An answer to a POST whose Content-Length is whatever a caller sends: past the test client, which would correct it."""
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/login/",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": length,
    }
    answer = WSGIHandler()(environ, lambda status, headers: told.append(status))
    return told[0], b"".join(answer).decode()


def test_a_body_larger_than_all_attachments_is_refused_before_it_is_read(db):
    status, page = raw(str(MAX_REQUEST_BYTES + 1))
    assert status.startswith("413")
    assert "上传的内容太大，没有保存" in page
    assert "每个附件不超过 20 MB" in page


@pytest.mark.parametrize("length", ["nonsense", "-1", "1e9", "²", "0x10", " 1", "1,2"])
def test_a_length_that_is_no_number_is_refused(db, length):
    assert raw(length) == ("400 Bad Request", "请求的长度无法识别。")


def test_a_length_beyond_all_numbers_is_too_large(db):
    assert raw("9" * 5000)[0].startswith("413")


def test_no_length_is_no_body(db):
    assert raw("")[0].startswith("403")  # the form's token is missing


def test_more_text_than_a_form_holds(visitor):
    response = visitor.post("/login/", {"username": "x" * 3_000_000})
    assert response.status_code == 400
    assert "提交的内容无法处理" in response.content.decode()


def test_more_files_than_a_form_holds(visitor):
    files = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1.7") for n in range(101)]
    response = visitor.post("/login/", {"uploads": files})
    assert response.status_code == 400
    assert "提交的内容无法处理" in response.content.decode()


def test_a_form_without_its_token(jiaxing):
    for client in (Client(enforce_csrf_checks=True), jiaxing.signed_in(UserFactory())):
        client.handler.enforce_csrf_checks = True
        response = client.post("/logout/")
        assert response.status_code == 403
        assert "页面停留过久或浏览器禁用了 Cookie，请返回上一页刷新后重新提交。" in response.content.decode()


def test_a_page_that_is_not_there(visitor):
    response = visitor.get("/nowhere/")
    assert response.status_code == 404
    assert "没有找到您要的内容" in response.content.decode()


def test_a_page_that_fails(jiaxing, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a secret that no page shows")

    monkeypatch.setattr(views.PlanList, "get_context_data", fail)
    client = jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county()))
    client.raise_request_exception = False
    response = client.get("/plans/")
    assert response.status_code == 500
    assert "系统出了点问题" in response.content.decode()
    assert "secret" not in response.content.decode()


def test_a_page_that_may_not_be_seen(jiaxing):
    response = jiaxing.signed_in(UserFactory()).get("/plans/")
    assert response.status_code == 403
    assert "您的角色没有这项权限" in response.content.decode()


def test_a_host_that_is_not_ours(visitor):
    response = visitor.get("/login/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "evil" not in response.content.decode()


@pytest.mark.parametrize("address", ["/login/", "/nowhere/", "/plans/"])
def test_every_answer_carries_the_houses_rules(visitor, address):
    headers = visitor.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]
    assert "geolocation=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_health_is_answered_without_a_session(client, db):
    assert [client.get(address).content for address in ("/healthz", "/readyz")] == [b"ok", b"ready"]
    assert dict(client.cookies) == {}


def test_deployment_has_no_findings():
    environment = {**os.environ, "HTTPS": "1", "DEBUG": "0", "ALLOWED_HOSTS": "portal.example.cn"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level=DEBUG"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "System check identified no issues (3 silenced).\n")


@pytest.mark.parametrize("name", ["SECRET_KEY", "AUDIT_KEY", "DATABASE_URL", "REDIS_URL"])
def test_nothing_starts_without_its_secrets(name, tmp_path):
    """Where no file of `make run` stands in for what production has to say."""
    environment = {key: value for key, value in os.environ.items() if key != name} | {"ENV_FILE": str(tmp_path / "none"), "DEMO": "0"}
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert (done.returncode, f"Set the {name} environment variable" in done.stderr) == (1, True)
