"""Activation codes: a person sets their own password, the first time or after they have forgotten it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Activation, User
from apps.accounts.services import activations, passwords
from apps.audit.models import Act
from apps.core import scope
from apps.core.errors import DomainError
from tests.factories.people import UserFactory
from tests.factories.sign_in import ANOTHER, PASSWORD, browser, is_inside, sign_in
from tests.factories.together import at_once, take_out_logs

REFUSED = "账号或激活码不正确，或者激活码已使用、已过期。请核对后重新输入；连续 5 次不正确，账号将锁定 30 分钟。"


@pytest.fixture
def code(user) -> str:
    return activations.issue(user=user, by=UserFactory(username="keeper"))


def activate(client: Client, code: str, username: str = "nanhu", password: str = ANOTHER, address: str = "127.0.0.1", **data: str):
    fields = {"username": username, "code": code, "new_password": password, "new_password_again": password, **data}
    return client.post("/activate/", fields, REMOTE_ADDR=address)


def errors(answer) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)


def test_a_code_reads_well_and_is_kept_nowhere(code):
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}", code)
    assert code.replace("-", "") not in str(Activation.objects.values()) + str(Act.objects.values())
    assert len({activations.issue(user=User.objects.get(username="nanhu"), by=None) for _ in range(20)}) == 20


def test_it_sets_the_password_and_signs_in(client, code, user):
    answer = activate(client, code, next="/plans/")
    assert (answer.status_code, answer.url) == (302, "/plans/")
    assert "密码已设置，您已登录。" in client.get("/plans/").content.decode()
    user.refresh_from_db()
    assert user.check_password(ANOTHER)
    assert user.chose_password_at is not None
    verbs = list(Act.objects.filter(details__username="nanhu").order_by("pk").values_list("verb", "name"))
    assert verbs == [("password", ""), ("password", "王芳"), ("sign_in", "王芳")]


def test_until_then_nobody_gets_in(code, user):
    assert sign_in(Client()).status_code == 200
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_issuing_ends_every_session(user):
    client = browser(user)
    activations.issue(user=user, by=None)
    assert not is_inside(client)


def test_issuing_lifts_the_lock(client, user):
    for _ in range(5):
        sign_in(Client(), password="wrong")
    assert activate(client, activations.issue(user=user, by=None)).status_code == 302


@pytest.mark.parametrize("typed", ["{}", " {} ", "{:.4}{:.0}", "lower", "spaced", "wide"])
def test_it_is_read_as_it_was_meant(client, code, typed):
    forms = {
        "{}": code,
        " {} ": f"  {code}\t",
        "{:.4}{:.0}": code.replace("-", ""),
        "lower": code.lower(),
        "spaced": code.replace("-", " "),
        "wide": "".join(chr(ord(c) + 0xFEE0) for c in code),
    }
    assert activate(client, forms[typed]).status_code == 302


def test_a_second_use_is_refused(client, code):
    activate(Client(), code)
    assert errors(activate(client, code, password="Third-one-2014")) == {"__all__": [REFUSED]}


def test_a_newer_code_makes_the_older_void(client, code, user):
    newer = activations.issue(user=user, by=None)
    assert errors(activate(client, code)) == {"__all__": [REFUSED]}
    assert activate(client, newer).status_code == 302


def test_it_is_good_for_a_week(client, code):
    assert Activation.objects.get().expires_at - Activation.objects.get().issued_at == timedelta(days=7)
    Activation.objects.update(issued_at=timezone.now() - timedelta(days=8), expires_at=timezone.now() - timedelta(seconds=1))
    assert errors(activate(client, code)) == {"__all__": [REFUSED]}


def test_every_refusal_is_the_same(client, code, user, jiaxing):
    """Whoever asks learns nothing of accounts, of codes, nor of who has one."""
    other = jiaxing.person("county_lead", jiaxing.county("秀洲区"), username="xiuzhou")
    gone = UserFactory(username="gone")
    code_of_gone = activations.issue(user=gone, by=None)
    gone.is_active = False
    gone.save()
    tries = [("nanhu", "ABCD-EFGH-JKLM"), ("nobody", code), (other.username, code), ("gone", code_of_gone), ("nanhu", "…")]
    pages = [activate(Client(), typed, username, address=f"192.0.2.{n}") for n, (username, typed) in enumerate(tries)]
    assert [(page.status_code, errors(page)) for page in pages] == [(200, {"__all__": [REFUSED]})] * len(tries)


def test_the_rules_of_passwords_are_told_before_the_code_is_looked_at(client, code):
    wrong = errors(activate(client, "WRONG", password="nanhu"))
    assert wrong == errors(activate(client, code, password="nanhu"))
    assert set(wrong) == {"new_password"}
    assert activate(client, code).status_code == 302


def test_a_password_used_before_spends_no_code(client, user):
    passwords.choose(user=user, password=ANOTHER)
    code = activations.issue(user=user, by=None)
    assert errors(activate(client, code, password=ANOTHER)) == {"new_password": ["不能使用最近 5 次用过的密码。"]}
    assert activate(client, code, password="Third-one-2014").status_code == 302


def test_what_was_typed_stays_but_for_the_passwords(client, code):
    page = activate(client, "WRONG-CODE").content.decode()
    assert 'value="nanhu"' in page
    assert 'value="WRONG-CODE"' in page
    assert ANOTHER not in page


def test_five_wrong_codes_lock_as_wrong_passwords_do(client, code, user):
    assert [activate(Client(), "WRONG").status_code for _ in range(3)] == [200, 200, 200]
    assert sign_in(Client(), password="wrong").status_code == 200
    page = activate(client, "WRONG")
    assert page.status_code == 429
    assert "请 30 分钟后再试" in page.content.decode()
    assert activate(client, code).status_code == 429
    assert sign_in(client).status_code == 429
    assert activate(client, code, address="192.0.2.7").status_code == 302


def test_nothing_typed_is_in_the_log_of_failures(client, code, user):
    from axes.models import AccessAttempt

    activate(client, "WRONG-CODE")
    kept = str(list(AccessAttempt.objects.values())) + str(list(Act.objects.values()))
    assert "WRONG-CODE" not in kept
    assert ANOTHER not in kept


def test_it_opens_no_way_around_the_second_factor(client, user):
    user.second_factor_at = timezone.now()
    user.save()
    activate(client, activations.issue(user=user, by=None))
    assert client.get("/plans/").url == "/login/code/?next=%2Fplans%2F"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_it_never_leads_to_another_site(client, code, elsewhere):
    assert activate(client, code, next=elsewhere).url == "/desk/"


def test_whoever_is_signed_in_is_led_on(user):
    client = browser(user)
    assert client.get("/activate/?next=/plans/").url == "/plans/"


@pytest.mark.parametrize("nonsense", ["", "\x00", "x" * 5000, "<script>", "💥" * 12])
def test_nonsense_is_told_in_words(client, code, nonsense):
    page = activate(client, nonsense, nonsense)
    assert page.status_code == 200
    assert "还有内容需要修改" in page.content.decode()


def test_history_says_who_opened_the_account(code):
    [event] = Activation.pgh_event_model.objects.all()
    assert (event.user.username, event.by.username, hasattr(event, "digest")) == ("nanhu", "keeper", False)


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """What the test commits is taken out again by the owner of the tables."""
    with django_db_blocker.unblock():
        user = UserFactory(username="at-once")
        yield user
        with scope.opened(scope.EVERYTHING, using="owner"):
            for model in (Activation, Activation.pgh_event_model):
                model.objects.using("owner").all().delete()
            User.objects.using("owner").filter(pk=user.pk).delete()
        take_out_logs()


def test_of_two_who_send_it_at_once_one_is_refused(committed):
    code = activations.issue(user=committed, by=None)

    def use(password: str):
        return lambda: activations.use(user=User.objects.get(pk=committed.pk), code=code, password=password)

    assert at_once(use(ANOTHER), use(PASSWORD)) == (None, REFUSED)
    assert User.objects.get(pk=committed.pk).check_password(ANOTHER)
    with pytest.raises(DomainError):
        activations.use(user=committed, code=code, password=PASSWORD)
