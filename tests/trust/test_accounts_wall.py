"""Accounts and who holds which role are no tenant's rows, and yet written only by who they belong to: raw SQL as the application's role."""

from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, transaction

from apps.accounts.models import User
from apps.core import scope
from apps.organizations.grants import whole_scope
from apps.organizations.models import RoleHolding
from apps.people.models import Contact
from tests.factories.database import written
from tests.factories.jiaxing import Jiaxing

HOME, AWAY = "南湖区", "秀洲区"
RENAME = "UPDATE accounts_user SET name = '改', password = '!' WHERE id = %s"
JOIN = "INSERT INTO accounts_user_groups (user_id, group_id) VALUES (%s, %s)"
LEAVE = "DELETE FROM accounts_user_groups WHERE user_id = %s AND group_id = %s"


@pytest.fixture
def people(jiaxing: Jiaxing) -> Iterator[dict[str, User]]:
    """A lead at home in whose scope the test works, and a counselor on either side of the border."""
    found = {"lead": jiaxing.person("county_lead", jiaxing.county(HOME))}
    for side, county in (("home", HOME), ("away", AWAY)):
        school = jiaxing.school(county)
        found[side] = jiaxing.person("school_counselor", school)
        Contact.objects.create(user=found[side], organization=school, county_id=school.county_id)
    found["nobody's"] = jiaxing.person("county_lead", jiaxing.county(AWAY))
    limits = whole_scope(found["lead"])
    with scope.opened(scope.DIRECTORY):
        scope.widen(limits, user=found["lead"].pk)
        yield found


def group_of(person: User) -> int:
    return RoleHolding.objects.get(group__user=person).group_id


def test_an_account_is_changed_by_its_owner_and_by_who_keeps_it(people):
    assert {name: written(RENAME, person.pk) for name, person in people.items()} == {"lead": 1, "home": 1, "away": 0, "nobody's": 0}


def test_whoever_has_no_role_changes_their_own_account_alone(people):
    scope.widen(scope.DIRECTORY, user=people["away"].pk)
    assert {name: written(RENAME, person.pk) for name, person in people.items()} == {"lead": 0, "home": 0, "away": 1, "nobody's": 0}


def test_accounts_are_taken_away_by_nobody_across_the_border(people):
    assert written("DELETE FROM accounts_user WHERE id = %s", people["away"].pk) == 0


def test_a_role_is_given_and_taken_only_where_it_is_held(people):
    home, away = group_of(people["home"]), group_of(people["away"])
    with pytest.raises(ProgrammingError, match="new row violates row-level security policy"), transaction.atomic():
        written(JOIN, people["lead"].pk, away)
    assert written(LEAVE, people["away"].pk, away) == 0
    assert [written(JOIN, people["lead"].pk, home), written(LEAVE, people["lead"].pk, home)] == [1, 1]


def test_on_the_way_in_there_is_no_scope_and_the_account_is_written(people):
    """The time of a sign-in, a password set with a code: whoever does that is not signed in yet."""
    written("SELECT set_config('app.scope', '', true)")
    assert written(RENAME, people["away"].pk) == 1
