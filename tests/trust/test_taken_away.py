"""A right that is taken away bites on the next request, a disabled account has no session left, and no grant outlives its object."""

import pytest
from django.db import IntegrityError, transaction
from guardian.models import GroupObjectPermission
from guardian.shortcuts import assign_perm

from apps.accounts.models import User
from apps.organizations.grants import grants_of
from apps.organizations.models import Organization, RoleHolding
from apps.organizations.roles import ROLES
from apps.organizations.services import roles
from apps.people.models import Contact, Person
from apps.people.services import accounts
from tests.factories.database import written
from tests.factories.plans import PlanFactory

HOME, AWAY = "南湖区", "秀洲区"


@pytest.fixture
def plan(jiaxing):
    return PlanFactory(organization=jiaxing.county(HOME))


@pytest.fixture
def lead(jiaxing) -> Person:
    user = jiaxing.person("county_lead", jiaxing.county(HOME))
    Contact.objects.create(user=user, organization=jiaxing.county(HOME), county=jiaxing.county(HOME))
    return Person.objects.get(pk=user.pk)


@pytest.fixture
def keeper(jiaxing) -> User:
    return jiaxing.person("sysadmin", jiaxing.city)


def status(client, plan) -> int:
    return client.get(plan.get_absolute_url()).status_code


def test_a_role_that_is_taken_away(jiaxing, plan, lead):
    client = jiaxing.signed_in(lead)
    assert status(client, plan) == 200
    lead.groups.clear()  # whichever way it goes: the session is untouched here
    assert status(client, plan) == 403


def test_a_role_that_is_taken_away_by_whoever_keeps_it_ends_the_session(jiaxing, plan, lead, keeper):
    client = jiaxing.signed_in(lead)
    assert status(client, plan) == 200
    roles.revoke(user=lead, role="county_lead", organization=jiaxing.county(HOME), by=keeper)
    assert client.get(plan.get_absolute_url()).url.startswith("/login/")


def test_a_permission_that_a_role_loses(jiaxing, plan, lead):
    client = jiaxing.signed_in(lead)
    assert status(client, plan) == 200
    GroupObjectPermission.objects.filter(group__user=lead, permission__codename="plans.view").delete()
    assert status(client, plan) == 403


def test_an_account_that_is_disabled(jiaxing, plan, lead, keeper):
    client = jiaxing.signed_in(lead)
    assert status(client, plan) == 200
    accounts.disable(person=lead, by=keeper)
    assert client.get(plan.get_absolute_url()).url.startswith("/login/")
    assert client.post(f"{plan.get_absolute_url()}submit/", {"version": plan.version}).url.startswith("/login/")


def test_its_session_does_not_come_back_with_the_account(jiaxing, plan, lead, keeper):
    client = jiaxing.signed_in(lead)
    cookie = client.cookies["sessionid"].value
    accounts.disable(person=lead, by=keeper)
    accounts.enable(person=Person.objects.get(pk=lead.pk), by=keeper)
    client.cookies["sessionid"] = cookie
    assert client.get(plan.get_absolute_url()).url.startswith("/login/")


def test_an_account_that_is_switched_off_in_the_database(jiaxing, plan, lead):
    client = jiaxing.signed_in(lead)
    User.objects.filter(pk=lead.pk).update(is_active=False)
    assert client.get(plan.get_absolute_url()).url.startswith("/login/")


def test_a_person_who_is_moved_and_gives_up_the_role(jiaxing, plan, lead, keeper):
    client = jiaxing.signed_in(lead)
    [held] = RoleHolding.objects.filter(group__user=lead)
    accounts.move(person=lead, organization=jiaxing.county(AWAY), keep=[], take=[held], by=keeper)
    assert client.get(plan.get_absolute_url()).url.startswith("/login/")
    assert status(jiaxing.signed_in(User.objects.get(pk=lead.pk)), plan) == 403


def test_a_school_that_moves_leaves_its_former_county(jiaxing, lead):
    school = jiaxing.school(HOME)
    client, other = jiaxing.signed_in(lead), jiaxing.signed_in(jiaxing.person("county_lead", jiaxing.county(AWAY)))
    address = school.get_absolute_url()
    assert [client.get(address).status_code, other.get(address).status_code] == [200, 404]
    Organization.objects.filter(pk=school.pk).update(parent=jiaxing.town(AWAY))
    assert [client.get(address).status_code, other.get(address).status_code] == [404, 200]


# Grants


def test_every_grant_is_that_of_a_holding(jiaxing, lead, keeper):
    given = {(each.group_id, int(each.object_pk), each.permission.codename) for each in GroupObjectPermission.objects.all()}
    held = RoleHolding.objects.all()
    assert given == {(each.group_id, each.organization_id, codename) for each in held for codename in ROLES[each.role].permissions}


def test_a_holding_keeps_its_organization_and_its_group(jiaxing, lead):
    [held] = RoleHolding.objects.filter(group__user=lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        written(f"DELETE FROM auth_group WHERE id = {held.group_id}")  # noqa: S608
        written("SET CONSTRAINTS ALL IMMEDIATE")
    known = Organization.objects.count()
    written("DELETE FROM organizations_organization")  # but for what an import has made
    assert Organization.objects.count() == known
    with pytest.raises(IntegrityError), transaction.atomic():
        held.group.delete()


def test_a_grant_without_its_holding_gives_nothing(jiaxing, lead):
    RoleHolding.objects.filter(group__user=lead).delete()
    assert grants_of(User.objects.get(pk=lead.pk)) == {}


def test_a_grant_at_another_organization_than_its_holding_gives_nothing(jiaxing, lead):
    [held] = RoleHolding.objects.filter(group__user=lead)
    assign_perm("organizations.plans.view", held.group, jiaxing.county(AWAY))
    assert grants_of(User.objects.get(pk=lead.pk))["plans.view"] == {jiaxing.county(HOME).pk}


def test_a_grant_to_a_person_gives_nothing(jiaxing, lead):
    assign_perm("organizations.plans.review", lead, jiaxing.city)
    assert "plans.review" not in grants_of(User.objects.get(pk=lead.pk))
