"""Sign-in through a unified identity provider, tried against a real one (oidc-provider-mock) on this machine."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import authenticate
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory
from django.utils import timezone

from apps.accounts import backends
from apps.accounts.models import Identity, User
from apps.accounts.services import identities
from apps.audit.models import Act
from apps.core.errors import DomainError
from tests.factories.people import UserFactory
from tests.factories.sign_in import is_inside, sign_in

UNKNOWN = "统一身份认证已通过，但本平台没有您可以使用的账号。请与本单位账号管理人联系。"
TAKEN = "统一身份认证已通过，但同名账号已绑定另一个统一身份，不能登录。请与本单位账号管理人联系。"
FAILED = "统一身份认证没有完成，请重新登录，或改用账号和密码。"
AWAY = "暂时无法连接统一身份认证，请稍后再试，或改用账号和密码。"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", f"--port={port}", "--require-nonce"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            requests.get(address, timeout=1)
            break
        except requests.ConnectionError:
            assert process.poll() is None, "the provider did not start"
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture
def provider(issuer, settings) -> str:
    settings.OIDC_ENABLED = True
    settings.OIDC_ISSUER = issuer
    settings.OIDC_RP_CLIENT_ID = "portal"
    settings.OIDC_RP_CLIENT_SECRET = "secret"
    settings.OIDC_VERIFY_KID = False  # the mock does not name its key
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "apps.accounts.backends.OidcBackend"]
    backends._provider.cache_clear()
    return issuer


def known_there(issuer: str, subject: str, **claims: str) -> None:
    requests.put(f"{issuer}/users/{subject}", json=claims, timeout=5).raise_for_status()


def there_and_back(client: Client, subject: str, *, next_page: str = "/plans/") -> str:
    """From the sign-in page to the provider, whose form is sent; the address it leads back to, not yet opened."""
    leads_to = client.get("/login/oidc/", {"next": next_page}).url
    back = requests.post(leads_to, data={"sub": subject}, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith("http://testserver/login/oidc/callback/?")
    return back.removeprefix("http://testserver")


def come_in(client: Client, subject: str, **options: str):
    return client.get(there_and_back(client, subject, **options))


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.context["problem"]


def test_it_is_off_until_it_is_set(client, user):
    assert "统一身份认证登录" not in client.get("/login/").content.decode()
    assert [client.get(address).status_code for address in ("/login/oidc/", "/login/oidc/callback/?code=x&state=y")] == [404, 404]


def test_the_button_leads_there_with_state_nonce_and_challenge(client, provider, db):
    page = client.get("/login/?next=/plans/").content.decode()
    assert 'href="/login/oidc/?next=/plans/">统一身份认证登录' in page
    address = urlsplit(client.get("/login/oidc/?next=/plans/").url)
    asked = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}" == provider
    assert asked["redirect_uri"] == ["http://testserver/login/oidc/callback/"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)


def test_who_is_known_here_comes_in(client, provider, user):
    known_there(provider, "subject-1", preferred_username="nanhu")
    answer = come_in(client, "subject-1", next_page="/plans/?year=2026")
    assert (answer.status_code, answer.url) == (302, "/plans/?year=2026")
    assert client.get("/plans/?year=2026").status_code == 200
    assert [(identity.user, identity.issuer, identity.subject) for identity in Identity.objects.all()] == [(user, provider, "subject-1")]
    assert [(act.verb, act.name) for act in Act.objects.filter(user=user.pk).order_by("pk")] == [("account", "王芳"), ("sign_in", "王芳")]


def test_who_is_unknown_is_refused_and_never_made(client, provider, user):
    known_there(provider, "stranger", preferred_username="nobody-here")
    assert problem(come_in(client, "stranger")) == (403, UNKNOWN)
    assert not is_inside(client)
    assert User.objects.filter(username="nobody-here").count() == 0
    assert [act.details for act in Act.objects.filter(about="统一身份认证")] == [{"reason": UNKNOWN}]


@pytest.mark.parametrize("claims", [{}, {"preferred_username": ""}, {"preferred_username": "NANHU"}, {"email": "nanhu"}, {"name": "nanhu"}])
def test_only_the_claim_that_is_set_names_an_account(client, provider, user, claims):
    known_there(provider, "subject-claims", **{"email": "x@y.example", **claims})
    assert problem(come_in(client, "subject-claims")) == (403, UNKNOWN)


def test_another_claim_may_be_set(client, provider, user, settings):
    settings.OIDC_USERNAME_CLAIM = "portal_account"
    known_there(provider, "subject-other", portal_account="nanhu")
    assert come_in(client, "subject-other").status_code == 302


def test_who_was_disabled_is_refused(client, provider, user):
    user.is_active = False
    user.save()
    known_there(provider, "subject-2", preferred_username="nanhu")
    assert problem(come_in(client, "subject-2")) == (403, UNKNOWN)


def test_who_is_disabled_later_is_out_at_once(client, provider, user):
    known_there(provider, "subject-3", preferred_username="nanhu")
    come_in(client, "subject-3")
    assert is_inside(client)
    user.is_active = False
    user.save()
    assert not is_inside(client)


def test_a_renamed_claim_takes_over_nobody(client, provider, user, jiaxing):
    """Somebody who has come in before calls themselves what another account is called: they stay who they are."""
    other = jiaxing.person("county_lead", jiaxing.county("秀洲区"), username="xiuzhou", name="李强")
    known_there(provider, "subject-4", preferred_username="nanhu")
    come_in(Client(), "subject-4")
    known_there(provider, "subject-4", preferred_username="xiuzhou")
    come_in(client, "subject-4")
    assert client.get("/account/").context["user"] == user
    assert not Identity.objects.filter(user=other).exists()


def test_a_bound_account_is_not_opened_by_another_of_the_same_name(client, provider, user):
    known_there(provider, "subject-5", preferred_username="nanhu")
    come_in(Client(), "subject-5")
    known_there(provider, "subject-6", preferred_username="nanhu")
    assert problem(come_in(client, "subject-6")) == (403, TAKEN)
    assert not is_inside(client)


def test_one_subject_is_bound_once(user):
    identities.person(issuer="https://id.example", subject="s", username="nanhu")
    UserFactory(username="other")
    assert identities.person(issuer="https://id.example", subject="s", username="other") == user
    with pytest.raises(DomainError):
        identities.person(issuer="https://id.example", subject="t", username="nanhu")


def test_the_second_factor_is_asked_for_all_the_same(client, provider, user):
    user.second_factor_at = timezone.now()
    user.save()
    known_there(provider, "subject-7", preferred_username="nanhu")
    come_in(client, "subject-7")
    assert client.get("/plans/").url == "/login/code/?next=%2Fplans%2F"


def test_unless_the_provider_is_trusted_with_it(client, provider, user, settings):
    settings.OIDC_IS_SECOND_FACTOR = True
    settings.SECOND_FACTOR_ROLES = ["county_lead"]
    known_there(provider, "subject-8", preferred_username="nanhu")
    come_in(client, "subject-8")
    assert client.get("/plans/").status_code == 200
    by_password = Client()
    sign_in(by_password)
    assert by_password.get("/plans/").status_code == 302


def test_who_has_no_password_is_not_asked_to_change_it(client, provider, user):
    user.set_unusable_password()
    user.chose_password_at = None
    user.save()
    known_there(provider, "subject-9", preferred_username="nanhu")
    come_in(client, "subject-9")
    assert client.get("/plans/").status_code == 200
    assert "您的账号没有密码" in client.get("/account/password/").content.decode()


# What comes back is not what we asked for


def test_a_token_about_one_person_with_facts_about_another_is_refused(client, provider, user):
    known_there(provider, "subject-14", preferred_username="nanhu")
    code = parse_qs(urlsplit(there_and_back(client, "subject-14")).query)["code"][0]
    asked = {"grant_type": "authorization_code", "code": code, "client_id": "portal", "client_secret": "secret"}
    asked["redirect_uri"] = "http://testserver/login/oidc/callback/"
    token = requests.post(f"{provider}/oauth2/token", data=asked, timeout=5).json()["access_token"]
    backend = backends.OidcBackend()
    backends.OIDCAuthenticationBackend.__init__(backend)
    assert backend.get_or_create_user(token, "", {"sub": "subject-14"}) == user
    with pytest.raises(SuspiciousOperation):
        backend.get_or_create_user(token, "", {"sub": "somebody-else"})


def test_the_same_answer_is_good_once(client, provider, user):
    known_there(provider, "subject-10", preferred_username="nanhu")
    back = there_and_back(client, "subject-10")
    client.get(back)
    client.post("/logout/")
    assert problem(client.get(back)) == (403, FAILED)


def test_an_answer_in_another_browser_opens_nothing(client, provider, user):
    """Somebody is sent a link with which they would come in as somebody else."""
    known_there(provider, "subject-11", preferred_username="nanhu")
    back = there_and_back(client, "subject-11")
    victim = Client()
    assert problem(victim.get(back)) == (403, FAILED)
    victim.get("/login/oidc/")
    assert problem(victim.get(back)) == (403, FAILED)
    assert not is_inside(victim)


@pytest.mark.parametrize(
    "query", ["", "?error=access_denied", "?error=x&state=y", "?code=x", "?state=x", "?code=x&state=y", "?code=%00&state=%00", "?code[]=1"]
)
def test_nonsense_for_an_answer(client, provider, user, query):
    client.get("/login/oidc/")
    assert problem(client.get(f"/login/oidc/callback/{query}")) == (403, FAILED)


def test_a_wrong_code_for_a_state_of_ours(client, provider, user):
    state = parse_qs(urlsplit(client.get("/login/oidc/").url).query)["state"][0]
    assert problem(client.get(f"/login/oidc/callback/?code=made-up&state={state}")) == (403, FAILED)


def test_the_callback_signs_nobody_out(client, provider, user):
    sign_in(client)
    assert client.get("/login/oidc/callback/?error=x").url == "/desk/"
    assert is_inside(client)


def test_a_form_with_a_code_in_its_address_is_no_answer(client, provider, user):
    """The page that takes passwords hands nothing to the provider's backend."""
    known_there(provider, "subject-12", preferred_username="nanhu")
    back = urlsplit(there_and_back(Client(), "subject-12"))
    client.post(f"/login/?{back.query}", {"username": "nanhu", "password": "wrong"})
    assert not is_inside(client)
    request = RequestFactory().post(f"/login/?{back.query}")
    assert authenticate(request, username="nanhu", password="wrong") is None


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_it_never_leads_to_another_site(client, provider, user, elsewhere):
    known_there(provider, "subject-13", preferred_username="nanhu")
    assert come_in(client, "subject-13", next_page=elsewhere).url == "/desk/"


def test_a_provider_that_is_away_is_told_in_words(client, provider, user, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:1"
    backends._provider.cache_clear()
    assert problem(client.get("/login/oidc/")) == (502, AWAY)
    assert sign_in(client).status_code == 302  # the others come in as ever
    assert is_inside(client)


def test_a_provider_that_calls_itself_something_else_is_none(client, provider, user, settings):
    settings.OIDC_ISSUER = provider.replace("127.0.0.1", "localhost") + "/"
    backends._provider.cache_clear()
    assert problem(client.get("/login/oidc/")) == (502, AWAY)


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
GOOD = {"sub": "s", "aud": "portal", "nonce": "n"}


def token(issuer: str, *, key=KEY, algorithm: str = "RS256", **claims: object) -> str:
    claims = {"iss": issuer, "exp": time.time() + 60, **GOOD, **claims}
    return jwt.encode({name: claim for name, claim in claims.items() if claim is not None}, key, algorithm=algorithm)


@pytest.fixture
def backend(provider, settings) -> backends.OidcBackend:
    """With a key that the test itself signs with."""
    settings.OIDC_RP_IDP_SIGN_KEY = KEY.public_key()
    backend = backends.OidcBackend()
    backends.OIDCAuthenticationBackend.__init__(backend)
    return backend


def test_a_good_token_is_read(backend, provider):
    assert backend.verify_token(token(provider), nonce="n")["sub"] == "s"
    assert backend.verify_token(token(provider, aud=["portal", "other"], azp="portal"), nonce="n")["sub"] == "s"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-portal"},
        {"aud": ["another-portal"]},
        {"aud": None},
        {"aud": ["portal", "other"], "azp": "other"},
        {"sub": None},
        {"sub": ""},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
    ],
)
def test_a_token_that_is_not_for_us_is_refused(backend, provider, claims):
    with pytest.raises(SuspiciousOperation):
        backend.verify_token(token(provider, **claims), nonce="n")


def test_an_old_token_is_refused(backend, provider):
    with pytest.raises(jwt.ExpiredSignatureError):
        backend.verify_token(token(provider, exp=time.time() - 1), nonce="n")


def test_a_token_signed_by_somebody_else_is_refused(backend, provider):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for forged in (
        token(provider, key=stranger),
        token(provider, key="secret" * 8, algorithm="HS256"),
        token(provider, key=None, algorithm="none"),
    ):
        with pytest.raises(SuspiciousOperation):
            backend.verify_token(forged, nonce="n")
