"""The second factor: setting it up, being asked for it, recovery codes, the lock, losing it."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from apps.accounts.models import Session, User
from apps.accounts.services import second_factor
from apps.audit.models import Act
from apps.core import scope
from apps.organizations.services import roles
from tests.factories.people import UserFactory
from tests.factories.sign_in import PASSWORD, browser, code_of, is_inside, key_of, sign_in
from tests.factories.together import at_once, take_out_logs

WRONG = "验证码不正确或已用过，请输入最新的验证码。连续 5 次不正确，将锁定 30 分钟。"
LOCKED = "验证码连续 5 次不正确，请 30 分钟后再试。"
SET_UP = "/account/second-factor/"


def set_up(client: Client, **data: str):
    """Through the page: the key that it shows, and the code for it."""
    client.get(SET_UP)
    return client.post(SET_UP, {"code": code_of(client.session["second_factor_key"], steps=-1), **data})


def verify(client: Client, code: str, **data: str):
    return client.post("/login/code/", {"code": code, **data})


def errors(answer) -> list[str]:
    return answer.context["form"].errors["code"]


@pytest.fixture
def codes(user) -> list[str]:
    """The recovery codes of somebody who has a second factor."""
    key = second_factor.new_key()
    return second_factor.set_up(user=user, key=key, code=code_of(key, steps=-1), session_key=None)


def test_setting_it_up(user):
    client, other = browser(user), browser(user)
    page = client.get(SET_UP)
    key = client.session["second_factor_key"]
    assert second_factor.as_text(key) in page.content.decode()
    assert page.context["picture"].startswith("data:image/svg+xml")
    assert client.get(SET_UP).context["secret_text"] == page.context["secret_text"]

    answer = client.post(SET_UP, {"code": code_of(key)})
    assert answer.url == "/account/second-factor/codes/"
    shown = client.get(answer.url)
    assert len(set(shown.context["codes"])) == 10
    assert client.get(answer.url).url == "/account/"
    user.refresh_from_db()
    assert user.second_factor_at is not None
    assert (is_inside(client), is_inside(other)) == (True, False)
    assert [session.pk for session in Session.objects.filter(user=user)] == [client.session.session_key]
    assert [act.about for act in Act.objects.filter(verb="second_factor", user=user.pk)] == ["启用第二重验证"]


def test_only_the_secret_that_is_shown_is_in_the_picture(user):
    """What the phone reads: our name, the account, the same secret as the text."""
    client = browser(user)
    client.get(SET_UP)
    device = TOTPDevice(user=user, key=client.session["second_factor_key"])
    address = unquote(device.config_url)
    assert address.startswith("otpauth://totp/嘉兴少先队工作平台:nanhu?secret=")
    assert second_factor.as_text(device.key).replace(" ", "") in address


@pytest.mark.parametrize("nonsense", ["", "x", "000000", "12345", "-1", "1e5", "\x00", "９９９９９９", "x" * 5000])
def test_a_wrong_first_code_sets_nothing_up(user, nonsense):
    client = browser(user)
    client.get(SET_UP)
    answer = client.post(SET_UP, {"code": nonsense})
    assert answer.status_code == 200
    assert errors(answer)
    user.refresh_from_db()
    assert (user.second_factor_at, TOTPDevice.objects.count()) == (None, 0)


def test_it_is_asked_for_before_anything_else(user, codes):
    client = Client()
    assert sign_in(client, next="/plans/?year=2026").url == "/plans/?year=2026"
    for address in (
        "/plans/?year=2026",
        "/desk/",
        "/account/",
        SET_UP,
        "/account/password/",
        "/people/hats/",
        "/account/second-factor/remove/",
    ):
        assert client.get(address).url.startswith("/login/code/?next=")
    assert client.get("/plans/", headers={"HX-Request": "true"}).status_code == 401
    answer = verify(client, code_of(key_of(user)), next="/plans/?year=2026")
    assert (answer.status_code, answer.url) == (302, "/plans/?year=2026")
    assert client.get("/plans/?year=2026").status_code == 200


def test_the_session_gets_a_new_key_with_the_code(user, codes):
    client = browser(user)
    before = client.session.session_key
    verify(client, code_of(key_of(user)))
    assert client.session.session_key != before


def test_no_code_is_good_twice(user, codes):
    code = code_of(key_of(user))
    verify(browser(user), code)
    second = browser(user)
    assert errors(verify(second, code)) == [WRONG]
    assert second.get("/plans/").status_code == 302


def test_a_code_of_an_hour_ago_is_refused(user, codes):
    assert errors(verify(browser(user), code_of(key_of(user), steps=-120))) == [WRONG]


def test_a_code_of_somebody_else_is_refused(user, codes, jiaxing):
    other = jiaxing.person("county_lead", jiaxing.county("秀洲区"), username="xiuzhou")
    key = second_factor.new_key()
    theirs = second_factor.set_up(user=other, key=key, code=code_of(key, steps=-1), session_key=None)
    client = browser(user)
    assert errors(verify(client, code_of(key))) == [WRONG]
    assert errors(verify(client, theirs[0])) == [WRONG]


@pytest.mark.parametrize("typed", ["{}", " {} ", "upper", "bare"])
def test_a_recovery_code_is_good_once(user, codes, typed):
    forms = {"{}": codes[0], " {} ": f" {codes[0]} ", "upper": codes[0].upper(), "bare": codes[0].replace("-", "")}
    client = browser(user)
    assert verify(client, forms[typed]).status_code == 302
    assert "您用了一个恢复码，还剩 9 个。" in client.get("/desk/").content.decode()
    assert errors(verify(browser(user), codes[0])) == [WRONG]
    assert StaticToken.objects.count() == 9


def test_recovery_codes_are_kept_as_digests(codes):
    kept = str(list(StaticToken.objects.values()))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_the_fifth_wrong_code_locks_for_half_an_hour(user, codes):
    client = browser(user)
    answers = [verify(client, "000000") for _ in range(5)]
    assert [(answer.status_code, errors(answer)[0]) for answer in answers] == [(200, WRONG)] * 4 + [(429, LOCKED)]
    assert verify(client, code_of(key_of(user))).status_code == 429
    assert verify(browser(user), code_of(key_of(user))).status_code == 429
    assert [act.verb for act in Act.objects.filter(about="第二重验证", user=user.pk)].count("locked_out") == 1
    TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=31))
    assert verify(client, "000000").status_code == 200
    assert verify(client, code_of(key_of(user))).status_code == 302


@pytest.mark.parametrize("nonsense", ["", "x", "12345", "1234567", "-00001", "\x00", "💥", "x" * 5000])
def test_nonsense_lets_nobody_in(user, codes, nonsense):
    client = browser(user)
    assert verify(client, nonsense).status_code == 200
    assert client.get("/plans/").status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_it_never_leads_to_another_site(user, codes, elsewhere):
    assert verify(browser(user), code_of(key_of(user)), next=elsewhere).url == "/desk/"


def test_whoever_needs_no_code_is_led_on(user):
    assert browser(user).get("/login/code/?next=/plans/").url == "/plans/"


# Roles that ask for it


@pytest.fixture
def required(settings) -> None:
    settings.SECOND_FACTOR_ROLES = ["county_lead"]


def test_whose_role_asks_for_it_sets_it_up_first(user, required):
    client = browser(user)
    assert client.get("/plans/").url == f"{SET_UP}?next=%2Fplans%2F"
    page = client.get(f"{SET_UP}?next=/plans/").content.decode()
    assert "请先设置第二重验证" in page
    answer = set_up(client, next="/plans/")
    assert answer.url == "/account/second-factor/codes/?next=%2Fplans%2F"
    assert client.get(answer.url).context["onward"] == "/plans/"
    assert client.get("/plans/").status_code == 200


def test_the_recovery_codes_are_read_before_a_hat_is_chosen(user, required, jiaxing):
    roles.grant(user=user, role="county_editor", organization=jiaxing.county("秀洲区"))
    client = browser(user)
    answer = set_up(client, next="/plans/")
    assert client.get(answer.url).status_code == 200
    assert client.get("/plans/").url == "/people/hats/?next=%2Fplans%2F"


def test_any_role_that_asks_for_it_counts_whichever_is_worn(user, jiaxing, settings):
    settings.SECOND_FACTOR_ROLES = ["county_editor"]
    roles.grant(user=user, role="county_editor", organization=jiaxing.county("秀洲区"))
    assert browser(user).get("/plans/").url.startswith(SET_UP)


def test_a_password_of_ones_own_comes_first(user, required):
    user.chose_password_at = None
    user.save()
    assert browser(user).get("/plans/").url.startswith("/account/password/")


def test_nobody_else_is_asked(user, settings):
    settings.SECOND_FACTOR_ROLES = ["city_officer"]
    assert browser(user).get("/plans/").status_code == 200


@pytest.mark.parametrize(("demo", "asked"), [("", ["city_officer", "sysadmin", "auditor"]), ("1", [])])
def test_production_asks_its_officers_and_a_demo_nobody(demo, asked):
    import os
    import subprocess
    import sys

    environment = {**os.environ, "DEMO": demo, "DEMO_PASSWORD": "x"}
    environment.pop("SECOND_FACTOR_ROLES", None)
    said = subprocess.run(
        [sys.executable, "-c", "from jiaxing_pioneers.settings import SECOND_FACTOR_ROLES; print(SECOND_FACTOR_ROLES)"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == str(asked)


# Changing it


@pytest.fixture
def inside(user, codes) -> Client:
    client = browser(user)
    verify(client, codes[0])
    return client


@pytest.mark.parametrize("address", ["codes/renew/", "remove/"])
def test_a_change_asks_for_the_password_again(inside, user, address):
    page = inside.post(f"{SET_UP}{address}", {"password": "wrong"})
    assert page.context["form"].errors == {"password": ["当前密码不正确，请重新输入。连续 5 次不正确，将锁定 30 分钟。"]}
    user.refresh_from_db()
    assert user.second_factor_at is not None
    assert StaticToken.objects.count() == 9


def test_another_app_takes_the_place_of_the_first(inside, user, codes):
    first = key_of(user)
    assert "password" in set_up(inside).context["form"].errors
    assert set_up(inside, password="wrong").context["form"].errors["password"]
    assert key_of(user) == first
    assert set_up(inside, password=PASSWORD).status_code == 302
    assert key_of(user) != first
    assert is_inside(inside)
    assert errors(verify(browser(user), codes[1])) == [WRONG]


def test_new_recovery_codes_make_the_old_void(inside, user, codes):
    answer = inside.post(f"{SET_UP}codes/renew/", {"password": PASSWORD})
    new = inside.get(answer.url).context["codes"]
    assert errors(verify(browser(user), codes[1])) == [WRONG]
    assert verify(browser(user), new[0]).status_code == 302


def test_doing_without_it(inside, user):
    assert inside.post(f"{SET_UP}remove/", {"password": PASSWORD}).url == "/account/"
    assert is_inside(inside)
    assert browser(user).get("/plans/").status_code == 200
    assert inside.get(f"{SET_UP}remove/").url == "/account/"


def test_whose_role_asks_for_it_cannot_do_without(inside, user, required):
    inside.post(f"{SET_UP}remove/", {"password": PASSWORD})
    assert inside.get("/plans/").url.startswith(SET_UP)


def test_a_lost_one_is_reset_by_who_keeps_the_account(inside, user):
    keeper = UserFactory(name="李管理")
    second_factor.reset(user=user, by=keeper)
    assert not is_inside(inside)
    user.refresh_from_db()
    assert (user.second_factor_at, TOTPDevice.objects.count(), StaticToken.objects.count()) == (None, 0, 0)
    assert browser(user).get("/plans/").status_code == 200
    assert Act.objects.filter(about="重置王芳的第二重验证", details__user=user.pk).count() == 1


def test_a_session_from_before_it_was_set_up_anew_is_asked_again(user, codes):
    client = browser(user)
    verify(client, codes[0])
    assert is_inside(client)
    User.objects.filter(pk=user.pk).update(second_factor_at=timezone.now())
    assert client.get("/account/").url.startswith("/login/code/")


# Two at once


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """What the test commits is taken out again by the owner of the tables."""
    with django_db_blocker.unblock():
        user = UserFactory(username="at-once")
        yield user
        with scope.opened(scope.EVERYTHING, using="owner"):
            StaticToken.objects.using("owner").all().delete()
            User.objects.using("owner").filter(pk=user.pk).delete()
        take_out_logs()


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_two_who_send_a_code_at_once_one_is_refused(committed, kind):
    key = second_factor.new_key()
    codes = second_factor.set_up(user=committed, key=key, code=code_of(key, steps=-1), session_key=None)
    code = code_of(key) if kind == "app" else codes[0]

    def give() -> str:
        second_factor.verify(user=User.objects.get(pk=committed.pk), code=code)
        return "in"

    assert at_once(give, give) == ("in", WRONG)
