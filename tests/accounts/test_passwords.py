"""Passwords: what they have to be, changing one's own, and the one that has to be changed."""

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from apps.accounts.models import PasswordRecord, User
from apps.accounts.services import passwords
from apps.audit.models import Act
from apps.core.errors import DomainError
from tests.factories.sign_in import ANOTHER, PASSWORD, browser, is_inside, sign_in

USED = "不能使用最近 5 次用过的密码。"


def change(client: Client, new: str, old: str = PASSWORD, again: str | None = None, **data: str):
    fields = {"old_password": old, "new_password": new, "new_password_again": new if again is None else again, **data}
    return client.post("/account/password/", fields)


def errors(answer) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)


def refusals(password: str, user: User | None = None) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize(
    ("password", "sentences"),
    [
        ("Abcdefgh1!", []),
        ("红领巾 abc 2012", []),
        ("Abcdefg1!", ["密码至少 10 个字符。"]),
        ("bcdxyzhgkm", ["密码应包含大写字母、小写字母、数字、其他符号中的至少三种。"]),
        ("abcdefgh12", ["密码应包含大写字母、小写字母、数字、其他符号中的至少三种。"]),
        ("红领巾红领巾红领巾红领巾", ["密码应包含大写字母、小写字母、数字、其他符号中的至少三种。"]),
        ("NanHu-2012-x", ["密码不能包含账号。"]),
        ("x-NANHU-2012", ["密码不能包含账号。"]),
        ("Password123", ["这个密码太常见，容易被猜中，请换一个。"]),
        ("", ["密码至少 10 个字符。", "密码应包含大写字母、小写字母、数字、其他符号中的至少三种。"]),
    ],
)
def test_what_a_password_has_to_be(password, sentences):
    assert refusals(password, User(username="nanhu")) == sentences


def test_a_name_of_two_letters_forbids_nothing():
    assert refusals("Wanli-2012-li", User(username="li")) == []


def test_production_hashes_with_argon2():
    """The suite's quick hashes are the suite's."""
    from jiaxing_pioneers import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_argon2_is_what_is_written(user, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    passwords.choose(user=user, password=ANOTHER)
    assert identify_hasher(user.password).algorithm == "argon2"
    assert PasswordRecord.objects.get().password.startswith("argon2$argon2id$")


def test_the_rules_are_said_before(user):
    page = browser(user).get("/account/password/").content.decode()
    for rule in ("至少 10 个字符", "至少三种", "不包含账号", "不是常见的密码", "不与最近 5 次用过的相同"):
        assert rule in page


def test_changing_it(user):
    client = browser(user)
    answer = change(client, ANOTHER)
    assert (answer.status_code, answer.url) == (302, "/account/")
    assert is_inside(client)
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), password=ANOTHER).status_code == 302
    user.refresh_from_db()
    [act] = Act.objects.filter(verb="password", user=user.pk)
    assert (act.user, act.name, act.about) == (user.pk, "王芳", "本人设置密码")
    assert ANOTHER not in str(act.details)


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"old": "wrong"}, "old_password", "当前密码不正确，请重新输入。连续 5 次不正确，将锁定 30 分钟。"),
        ({"again": "x"}, "new_password_again", "两次输入的新密码不一致，请重新输入。"),
        ({"new": "short"}, "new_password", "密码至少 10 个字符。"),
        ({"new": PASSWORD}, "new_password", USED),
        ({"new": "x" * 129}, "new_password", "最多 128 字，现在有 129 字，请删减。"),
        ({"new": ""}, "new_password", "请填写这一栏。"),
        ({"new": "Abc\x00defgh123"}, "new_password", "含有无法保存的字符，请删除后重新填写。"),
    ],
)
def test_every_refusal_stands_at_its_field(user, fields, field, sentence):
    answer = change(browser(user), **{"new": ANOTHER, **fields})
    assert answer.status_code == 200
    assert sentence in errors(answer)[field]
    assert ANOTHER not in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_fifth_wrong_old_password_locks(user):
    client = browser(user)
    answers = [change(client, ANOTHER, old="wrong") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert errors(answers[-1]) == {"old_password": ["密码连续 5 次不正确，请 30 分钟后再试。"]}
    assert errors(change(client, ANOTHER)) == {"old_password": ["密码连续 5 次不正确，请 30 分钟后再试。"]}
    assert is_inside(client)


def test_none_of_the_last_five_may_come_back(user):
    chosen = [f"Number-{number}-of-7" for number in range(7)]
    for password in chosen[:6]:
        passwords.choose(user=user, password=password)
    for password in chosen[1:6]:
        with pytest.raises(DomainError) as refusal:
            passwords.choose(user=user, password=password)
        assert (refusal.value.message, refusal.value.field) == (USED, "new_password")
    passwords.choose(user=user, password=chosen[0])
    assert PasswordRecord.objects.filter(user=user).count() == 5


def test_the_records_are_hashes(user):
    passwords.choose(user=user, password=ANOTHER)
    assert ANOTHER not in PasswordRecord.objects.get().password


@pytest.fixture
def given(user) -> User:
    """Somebody whose password the operator has made up."""
    user.chose_password_at = None
    user.save()
    return user


@pytest.mark.parametrize("address", ["/", "/desk/", "/plans/?year=2026", "/account/", "/account/second-factor/", "/people/hats/", "/help/"])
def test_nothing_answers_before_a_given_password_is_changed(given, address):
    answer = browser(given).get(address)
    assert answer.status_code == 302
    assert answer.url.startswith("/account/password/?next=")


def test_it_leads_on_to_where_one_was_going(given):
    client = Client()
    assert sign_in(client, next="/plans/?year=2026").url == "/plans/?year=2026"
    page = client.get("/plans/?year=2026", follow=True)
    assert "请先更改密码" in page.content.decode()
    assert page.context["next"] == "/plans/?year=2026"
    assert change(client, ANOTHER, next="/plans/?year=2026").url == "/plans/?year=2026"
    assert client.get("/plans/?year=2026").status_code == 200


def test_the_given_password_is_no_choice(given):
    assert errors(change(browser(given), PASSWORD)) == {"new_password": [USED]}


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_it_never_leads_to_another_site(given, elsewhere):
    assert change(browser(given), ANOTHER, next=elsewhere).url == "/account/"


def test_a_password_typed_too_late_is_not_kept(user):
    client = browser(user)
    client.get("/account/password/")
    client.session.flush()
    del client.cookies["sessionid"]
    assert change(client, ANOTHER).url == "/login/?next=/account/password/"
    assert "held_form" not in client.session
