"""Who sees whom, who keeps whose account, and that there is no way up."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.organizations.models import Held, RoleHolding
from apps.organizations.roles import ROLES, SEPARATE
from apps.organizations.services import roles
from apps.people import rules
from apps.people.models import Person
from apps.people.services import posts
from tests.factories.people import UserFactory, serving


def everybody(county) -> list[Person]:
    """Each role where it may be held, at home and away; people with two roles, with none, and from elsewhere."""
    places = {"city": county.city, "county": county.home, "town": county.jiaxing.town(), "school": county.school}
    for role in ROLES.values():
        for kind in sorted(role.levels):
            serving(role.key, places[kind])
    for name, further, at in (("two here", "county_editor", county.home), ("two counties", "county_editor", county.away)):
        user = serving("school_counselor", county.school, name=name)
        roles.grant(user=user, role=further, organization=at)
    serving("county_editor", county.home, home=county.away, name="from elsewhere")
    UserFactory(name="nobody", is_superuser=True, is_staff=True)
    return list(Person.objects.all())


def observers(county) -> list[User]:
    two_hats = serving("county_lead", county.home)
    roles.grant(user=two_hats, role="school_counselor", organization=county.foreign)
    return [county.lead, county.sysadmin, county.officer, county.counselor, two_hats, UserFactory(), UserFactory(is_superuser=True)]


def fresh(user) -> User:
    return User.objects.get(pk=user.pk)


def test_rule_equals_list(county):
    everybody(county)
    for user in map(fresh, observers(county)):
        listed = set(Person.objects.visible_to(user).values_list("pk", flat=True))
        assert listed == {person.pk for person in Person.objects.all() if user.has_perm("people.view", person)}


def test_the_data_would_show_a_leak(county):
    everybody(county)
    seen = {name: Person.objects.visible_to(fresh(getattr(county, name))).count() for name in ("lead", "sysadmin", "counselor")}
    assert 0 == seen["counselor"] < seen["lead"] < seen["sysadmin"] < Person.objects.count()


def test_a_telephone_of_elsewhere_is_kept_back_by_the_first_wall_too(county):
    """The test itself sees everything, so only the query keeps it back."""
    roles.grant(user=county.stranger, role="school_counselor", organization=county.school)
    seen = {person: person.reach for person in Person.objects.visible_to(county.lead).with_posts(county.lead)}
    assert seen[county.stranger] is None
    assert seen[county.counselor].phone == "0573-82000000"


def test_keeping_equals_its_list(county):
    everybody(county)
    for user in map(fresh, observers(county)):
        listed = set(Person.objects.managed_by(user).values_list("pk", flat=True))
        assert listed == {person.pk for person in Person.objects.all() if rules.why_not(by=user, person=person) is None}


def test_a_county_lead_keeps_the_accounts_of_their_county_alone(county):
    editor, colleague = serving("county_editor", county.home), serving("county_lead", county.home)
    everyone = (county.counselor, editor, county.lead, colleague, county.stranger, county.officer, county.sysadmin)
    assert [rules.why_not(by=county.lead, person=person) is None for person in everyone] == [True, True, False, False, False, False, False]


def test_the_system_administrator_keeps_all_but_the_separate_ones(county):
    auditor = serving("auditor", county.city)
    everyone = (county.counselor, county.lead, county.officer, county.sysadmin, auditor)
    assert [rules.why_not(by=county.sysadmin, person=person) is None for person in everyone] == [True, True, True, False, False]
    assert rules.why_not(by=county.sysadmin, person=auditor) == "此人任审计员，账号由运维人员管理。"


def test_an_account_with_a_role_beyond_ones_reach_is_out_of_reach(county):
    """Else a reset would be a way up."""
    roles.grant(user=county.counselor, role="county_editor", organization=county.away)
    reason = rules.why_not(by=county.lead, person=Person.objects.get(pk=county.counselor.pk))
    assert reason == "此人任秀洲区 县（市、区）少工委工作人员，这个角色不由您授予，账号由市级系统管理员管理。"


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"county_editor", "town_counselor", "school_counselor"}))
def test_a_county_lead_gives_nobody_a_role_like_their_own_or_higher(county, role):
    place = county.home if "county" in ROLES[role].levels else county.city
    with pytest.raises(PermissionDenied):
        roles.grant(user=county.counselor, role=role, organization=place, by=county.lead)
    assert [held.role for held in Person.objects.get(pk=county.counselor.pk).holdings] == ["school_counselor"]


@pytest.mark.parametrize("role", sorted(ROLES))
def test_whoever_works_gives_nobody_anything(county, role):
    for by in (county.officer, county.counselor, serving("county_editor", county.home), serving("auditor", county.city)):
        with pytest.raises(PermissionDenied):
            roles.grant(user=UserFactory(), role=role, organization=_a_place(county, role), by=by)


@pytest.mark.parametrize("role", sorted(SEPARATE))
def test_separate_roles_are_the_operators_to_give(county, role):
    with pytest.raises(PermissionDenied):
        roles.grant(user=UserFactory(), role=role, organization=county.city, by=county.sysadmin)


def test_nobody_gives_themselves_a_role_or_takes_it_from_themselves(county):
    with pytest.raises(PermissionDenied, match="自己的角色不能由自己授予或收回"):
        roles.grant(user=county.lead, role="school_counselor", organization=county.school, by=county.lead)
    roles.grant(user=county.lead, role="school_counselor", organization=county.school)
    with pytest.raises(PermissionDenied, match="自己的角色不能由自己授予或收回"):
        roles.revoke(user=county.lead, role="school_counselor", organization=county.school, by=county.lead)


def test_only_below_ones_own_organization(county):
    with pytest.raises(PermissionDenied):
        roles.grant(user=county.counselor, role="school_counselor", organization=county.foreign, by=county.lead)
    with pytest.raises(PermissionDenied):
        roles.revoke(user=county.stranger, role="school_counselor", organization=county.foreign, by=county.lead)


def test_a_further_role_needs_the_account_and_the_role(county):
    with pytest.raises(PermissionDenied):
        posts.give(person=county.officer, role="school_counselor", organization=county.school, by=county.lead)
    held = posts.give(person=county.counselor, role="school_counselor", organization=county.other, by=county.lead)
    assert str(held) == f"{county.other} 学校少先队大队辅导员"
    with pytest.raises(DomainError, match="无需再授予"):
        posts.give(person=county.counselor, role="school_counselor", organization=county.other, by=county.lead)


@pytest.mark.parametrize("role", sorted(SEPARATE))
@pytest.mark.parametrize("separate_first", [True, False])
def test_a_separate_role_is_held_alone(county, role, separate_first):
    first, second = (role, "city_officer") if separate_first else ("city_officer", role)
    user = county.jiaxing.person(first, county.city)
    with pytest.raises(DomainError, match="不能兼任其他角色"):
        roles.grant(user=user, role=second, organization=county.city)


def test_the_database_holds_that_too(county):
    """Whatever writes the row."""
    auditor = county.jiaxing.person("auditor", county.city)
    officer = RoleHolding.objects.get(role="city_officer")
    with pytest.raises(IntegrityError, match="a separate role is held alone"), transaction.atomic():
        Held.objects.create(user_id=auditor.pk, group_id=officer.group_id)
    held = Held.objects.get(user_id=county.officer.pk)
    with pytest.raises(IntegrityError, match="a separate role is held alone"), transaction.atomic():
        Held.objects.create(user_id=held.user_id, group_id=RoleHolding.objects.get(role="auditor").group_id)
    users = [UserFactory(), UserFactory()]
    groups = [RoleHolding.objects.get(role="auditor").group_id, officer.group_id]
    with pytest.raises(IntegrityError, match="a separate role is held alone"), transaction.atomic():
        Held.objects.bulk_create([Held(user_id=user.pk, group_id=group) for user in users for group in groups])


def _a_place(county, role: str):
    levels = ROLES[role].levels
    return next(place for place in (county.city, county.home, county.jiaxing.town(), county.school) if place.kind in levels)
