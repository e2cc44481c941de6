"""Accounts that nobody has used for half a year wait for whoever keeps them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.people.enums import State
from apps.people.models import Person


def todos(client) -> list[tuple[str, int, str]]:
    piles = client.get("/desk/").context["piles"]
    return [(todo.title, todo.count, todo.url) for pile in piles for todo in pile.todos if "没有登录" in todo.title]


def ago(days: int):
    return timezone.now() - timedelta(days=days)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, State.ACTIVE),
        ({"chose_password_at": None}, State.WAITING),
        ({"last_login": ago(179), "date_joined": ago(900)}, State.ACTIVE),
        ({"last_login": ago(181), "date_joined": ago(900)}, State.STALE),
        ({"date_joined": ago(181)}, State.STALE),
        ({"date_joined": ago(181), "chose_password_at": None}, State.STALE),
        ({"last_login": ago(181), "is_active": False}, State.DISABLED),
    ],
)
def test_how_an_account_stands(county, facts, state):
    User.objects.filter(pk=county.counselor.pk).update(**facts)
    person = Person.objects.with_state(timezone.now()).get(pk=county.counselor.pk)
    assert person.state == state
    assert [each.pk for each in Person.objects.with_state(timezone.now()).in_state(state).filter(pk=person.pk)] == [person.pk]


def test_the_days_are_a_setting(county, settings):
    settings.STALE_ACCOUNT_DAYS = 30
    User.objects.filter(pk=county.counselor.pk).update(last_login=ago(31))
    person = Person.objects.with_state(timezone.now()).get(pk=county.counselor.pk)
    assert (person.state, person.state_words) == (State.STALE, "30 天未登录")


def test_stale_accounts_wait_for_whoever_keeps_them(county):
    User.objects.filter(pk__in=[county.counselor.pk, county.stranger.pk, county.officer.pk]).update(last_login=ago(200))
    title, url = "180 天没有登录的账号", "/people/?state=stale&managed=mine"
    assert todos(county.page(county.lead)) == [(title, 1, url)]
    assert todos(county.page(county.sysadmin)) == [(title, 3, url)]
    assert todos(county.page(county.officer)) == []
    table = county.page(county.lead).get(url).context["table"]
    assert [row.record.name for row in table.paginated_rows] == ["李老师"]
