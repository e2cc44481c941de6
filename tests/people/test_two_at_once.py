"""Two who manage the same people at the same moment, in real transactions: the second waits, and is told what happened."""

# ruff: noqa: S608  names of our own tables

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connections

from apps.accounts.models import User
from apps.core import scope, seen
from apps.organizations.enums import Kind
from apps.organizations.models import Held, Organization, RoleHolding
from apps.organizations.services import roles
from apps.people.models import Person
from apps.people.services import accounts
from apps.people.services.accounts import Entry
from tests import databases
from tests.audit.conftest import superuser  # noqa: F401  a fixture
from tests.factories.people import UserFactory, serving
from tests.factories.together import at_once

WRITTEN = (
    *("people_contact", "people_contactevent", "accounts_activation", "accounts_activationevent", "accounts_user_groups"),
    *("accounts_membershipevent", "guardian_groupobjectpermission", "organizations_roleholding", "organizations_roleholdingevent"),
    *("auth_group", "accounts_passwordrecord", "accounts_user", "accounts_userevent", "audit_seal", "audit_act"),
)


@pytest.fixture
def committed(superuser, django_db_blocker) -> Iterator[None]:  # noqa: F811
    """Nobody has held any role yet; afterwards they are open again, as other tests expect them."""

    def clear() -> None:
        for table in WRITTEN:
            superuser(f"DELETE FROM {table}")

    with django_db_blocker.unblock():
        clear()
        yield
        connections.close_all()
        clear()
        databases.open_roles()


def seeing_all(make: Callable[[], Any]) -> Any:
    with scope.opened(scope.EVERYTHING):
        return make()


@pytest.fixture
def keeper(committed) -> User:
    return seeing_all(lambda: serving("sysadmin", city()))


@pytest.fixture
def lead(committed) -> Person:
    return seeing_all(lambda: serving("county_lead", county(), name="王芳"))


def city() -> Organization:
    return Organization.objects.get(kind=Kind.CITY)


def county(number: int = 0) -> Organization:
    return Organization.objects.counties()[number]


def test_one_reset_is_the_one_that_counts(keeper, lead):
    saw = seeing_all(lambda: seen.fingerprint(Person.objects.get(pk=lead.pk), accounts.STATE))
    first, second = at_once(*[lambda: accounts.reset(person=lead, seen=saw, by=keeper)] * 2)
    assert (first.person, second) == (lead, accounts.CHANGED)


def test_one_of_two_closes_the_account(keeper, lead):
    answers = at_once(*[lambda: accounts.disable(person=lead, by=keeper)] * 2)
    assert answers == (None, "王芳的账号已经停用，无需再办理。")


def test_the_same_newcomer_is_opened_once(keeper, lead):
    entry = seeing_all(lambda: Entry("赵敏", county()))
    first, second = at_once(*[lambda: accounts.open_account(entry=entry, role="county_lead", by=keeper)] * 2)
    username = first.person.username
    assert second == f"{entry.organization}已有赵敏的账号（{username}）；确是另一人的，请自己取一个账号。"


def test_two_newcomers_get_names_of_their_own(keeper, lead):
    both = seeing_all(lambda: [Entry(name, county()) for name in ("赵敏", "钱敏")])
    opened = at_once(*[lambda entry=entry: accounts.open_account(entry=entry, role="county_lead", by=keeper) for entry in both])
    assert [each.person.username for each in opened] == ["330402-1", "330402-2"]


def test_a_first_holding_is_opened_once(keeper, lead):
    people = seeing_all(lambda: [UserFactory(), UserFactory()])
    held = at_once(*[lambda user=user: roles.grant(user=user, role="supervisor", organization=county(1), by=keeper) for user in people])
    assert held[0] == held[1]


def test_a_role_is_taken_away_once(keeper, lead):
    answers = at_once(*[lambda: roles.revoke(user=lead, role="county_lead", organization=county(), by=keeper)] * 2)
    assert answers == (None, "王芳现已不是南湖区的县（市、区）少工委负责人，无需再办理。")


def test_a_separate_role_and_another_do_not_meet(keeper, lead):
    """The operator makes somebody an auditor while the administrator makes them an officer."""
    newcomer = seeing_all(lambda: serving("city_reader", city()))
    seeing_all(lambda: roles.revoke(user=newcomer, role="city_reader", organization=city()))
    first, second = at_once(
        lambda: roles.grant(user=newcomer, role="auditor", organization=city()),
        lambda: roles.grant(user=newcomer, role="city_officer", organization=city(), by=keeper),
    )
    assert first.role == "auditor"
    assert second == f"{newcomer}现任嘉兴市 审计员。系统管理员和审计员须由专人担任，不能兼任其他角色。"
    assert [held.role for held in seeing_all(lambda: Person.objects.get(pk=newcomer.pk).holdings)] == ["auditor"]


def test_nor_do_they_in_the_database_alone(keeper, lead):
    newcomer = seeing_all(UserFactory)
    groups = seeing_all(
        lambda: [roles.opened(roles.ROLES[role], {city().pk: city()})[city().pk].group_id for role in ("auditor", "city_reader")]
    )

    def write(group: int) -> str:
        try:
            Held.objects.create(user_id=newcomer.pk, group_id=group)
        except IntegrityError as error:
            raise roles.DomainError(str(error).splitlines()[0]) from error
        return "written"

    assert at_once(lambda: write(groups[0]), lambda: write(groups[1])) == ("written", "a separate role is held alone")
    assert seeing_all(lambda: RoleHolding.objects.filter(group__user=newcomer).count()) == 1
