"""Rule and list agree: for every role, what `visible_to` lists is what `has_perm("<app>.view", row)` allows. And the edges of both."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.core.management.sql import emit_post_migrate_signal
from django.core.validators import MinValueValidator
from django.db import connections, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.shortcuts import assign_perm

from apps.accounts.models import User
from apps.core import scope
from apps.core.lifecycle.enums import State
from apps.organizations import rules
from apps.organizations.enums import Kind
from apps.organizations.models import Organization, PioneerUnit, RoleHolding, TenantReport
from apps.organizations.roles import PERMISSIONS, ROLES
from apps.organizations.services import roles
from tests.factories.jiaxing import Jiaxing
from tests.factories.organizations import UnitFactory
from tests.factories.people import UserFactory

HOME, AWAY = "南湖区", "秀洲区"


def report_models() -> list[type[TenantReport]]:
    return [model for model in apps.get_models() if issubclass(model, TenantReport)]


def example(field: models.Field, number: int) -> Any:
    """A value that the field takes; enough for rows whose content nobody reads."""
    if field.choices:
        return field.choices[0][0]
    match field:
        case models.DateTimeField():
            return timezone.now()
        case models.DateField():
            return timezone.localdate()
        case models.DecimalField() | models.IntegerField():
            return max(0, 0, *(each.limit_value for each in field.validators if isinstance(each, MinValueValidator))) + number
        case models.BooleanField():
            return True
        case models.ForeignKey():
            target = field.remote_field.model
            return target._default_manager.order_by("pk").first() or target._default_manager.create(**filled(target, number))
    return f"例{number}"


def filled(model: type[models.Model], number: int) -> dict[str, Any]:
    """A value for each field that cannot be left out."""
    return {
        field.name: example(field, number)
        for field in model._meta.concrete_fields
        if not (
            field.has_default() or field.null or field.blank or getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False)
        )
        and not isinstance(field, models.AutoField)
    }


def report(model: type[TenantReport], state: State, ends: tuple[Organization, Organization], by: User, number: int) -> TenantReport:
    """A report of an organization (and with another, where the model has a second end) in a state."""
    tenancy = {
        column: end.county_id if column == county else end.pk
        for (county, organization), end in zip(model.scope_columns, ends, strict=False)
        for column in (county, organization)
    }
    handed_in = {} if state == State.DRAFT else {"submitted_at": timezone.now(), "submitted_by": by}
    names = {column.removesuffix("_id") for column in tenancy}
    content = {name: value for name, value in filled(model, number).items() if name not in {*names, "created_by"}}
    row = model(**content, **tenancy, **handed_in, state=state, created_by=by)
    for slot in row.slots() if state == State.APPROVED else ():
        if slot.decided_field:
            setattr(row, slot.decided_field, timezone.now())
    row.save()
    return row


@pytest.fixture
def city(jiaxing) -> Jiaxing:
    """Schools, places and units at home and away, and every kind of report there, drafts among them: a leak would show."""
    by = UserFactory()
    schools = {name: [jiaxing.school(name) for _ in State] for name in (HOME, AWAY)}
    for name, other in ((HOME, AWAY), (AWAY, HOME)):
        for organization in (*schools[name][:2], jiaxing.place(name)):
            UnitFactory(organization=organization)
        for number, state in enumerate(State):
            for model in report_models():
                of_county = any("reporting_unit" in constraint.name for constraint in model._meta.constraints)
                own = jiaxing.county(name) if of_county else schools[name][number]
                if of_county and number:
                    own = Organization.objects.counties().exclude(name__in=[HOME, AWAY])[number + 3 * (name == HOME)]
                across = len(model.scope_columns) > 1
                report(model, state, (own, schools[other if across else name][number]), by, 1 + number + 4 * (name == HOME))
    return jiaxing


def people(city: Jiaxing) -> Iterator[tuple[str, User]]:
    """Everybody: each role wherever it may be held, nobody at all, and those whose account says more than their roles do."""
    school = Organization.objects.filter(kind=Kind.SCHOOL, county=city.county(HOME))[0]
    posts = {Kind.CITY: city.city, Kind.COUNTY: city.county(HOME), Kind.TOWN: city.town(HOME), Kind.SCHOOL: school}
    for role in ROLES.values():
        for kind in sorted(role.levels):
            yield f"{role.key} at {kind}", city.person(role.key, posts[kind])
    two = city.person("school_counselor", school)
    roles.grant(user=two, role="county_editor", organization=city.county(AWAY))
    yield "two roles in two counties", two
    yield "no role", UserFactory()
    yield "no role, superuser", UserFactory(is_superuser=True, is_staff=True)
    gone = city.person("city_officer", city.city)
    gone.is_active = False
    gone.save()
    yield "left the service", gone


def watched() -> list[type[models.Model]]:
    return [Organization, PioneerUnit, *report_models()]


@pytest.mark.parametrize("model", watched(), ids=lambda model: model._meta.label)
def test_rule_equals_list(city, model):
    action = "organizations.view" if model is PioneerUnit else f"{model._meta.app_label}.view"
    rows = list(model._default_manager.all())
    disagreeing = {}
    for who, user in people(city):
        user = User.objects.get(pk=user.pk)
        listed = set(model._default_manager.visible_to(user).values_list("pk", flat=True))
        ruled = {row.pk for row in rows if user.has_perm(action, row)}
        if listed != ruled:
            disagreeing[who] = {"listed only": listed - ruled, "ruled only": ruled - listed}
    assert disagreeing == {}


@pytest.mark.parametrize("model", report_models(), ids=lambda model: model._meta.label)
def test_the_data_would_show_a_leak(city, model):
    """Each report exists at home and away, in each state; a county lead lists some and not all of them."""
    lead = city.person("county_lead", city.county(HOME))
    listed, everything = model._default_manager.visible_to(lead), model._default_manager.all()
    assert 0 < listed.count() < everything.count()
    assert set(everything.values_list("state", flat=True)) == set(State.values)


@pytest.mark.parametrize("model", report_models(), ids=lambda model: model._meta.label)
def test_whom_the_desk_asks_to_review_may_review(city, model):
    """`reviewable_by` lists what the rule allows: strictly below, submitted, and never one's own submission."""
    disagreeing = {}
    for who, user in people(city):
        if user.is_active:
            listed = set(model._default_manager.reviewable_by(user).values_list("pk", flat=True))
            may = {
                row.pk
                for row in model._default_manager.submitted()
                if row.submitted_by_id != user.pk and rules.holds(user, f"{model._meta.app_label}.review", row.organization)
            }
            if listed != may:
                disagreeing[who] = listed ^ may
    assert disagreeing == {}


def test_a_role_covers_what_is_below_and_nothing_beside(jiaxing):
    lead = jiaxing.person("county_lead", jiaxing.county(HOME))
    line = (jiaxing.city, jiaxing.county(HOME), jiaxing.town(HOME), jiaxing.place(HOME), jiaxing.county(AWAY), jiaxing.place(AWAY))
    assert [lead.has_perm("organizations.edit", organization) for organization in line] == [False, True, True, True, False, False]


def test_nobody_reviews_their_own_level(jiaxing):
    lead, school = jiaxing.person("county_lead", jiaxing.county(HOME)), jiaxing.school(HOME)
    assert [lead.has_perm("rooms.review", jiaxing.county(HOME)), lead.has_perm("rooms.review", school)] == [False, True]


def test_a_permission_without_an_object_is_held_anywhere(jiaxing):
    counselor = jiaxing.person("school_counselor", jiaxing.school())
    assert {name for name in PERMISSIONS if counselor.has_perm(name)} == ROLES["school_counselor"].permissions


def test_people_act_for_the_nearest_organization_that_lets_them(jiaxing):
    school = jiaxing.school(HOME)
    user = jiaxing.person("county_lead", jiaxing.county(HOME))
    roles.grant(user=user, role="school_counselor", organization=school)
    acting = {name: rules.acting_organization(user, name, school) for name in ("rooms.view", "rooms.submit", "rooms.review")}
    assert acting == {"rooms.view": school, "rooms.submit": school, "rooms.review": jiaxing.county(HOME)}


def test_whoever_may_not_act_is_told_so(jiaxing):
    reader = jiaxing.person("city_reader", jiaxing.city)
    with pytest.raises(PermissionDenied):
        rules.acting_organization(reader, "plans.review", jiaxing.county(HOME))


def test_taking_a_role_away_bites_at_once(jiaxing):
    lead = jiaxing.person("county_lead", jiaxing.county(HOME))
    assert lead.has_perm("plans.edit", jiaxing.county(HOME))
    roles.revoke(user=lead, role="county_lead", organization=jiaxing.county(HOME))
    assert not lead.has_perm("plans.edit", jiaxing.county(HOME))
    assert list(Organization.objects.visible_to(lead)) == []


def test_giving_a_role_bites_at_once(jiaxing):
    user = UserFactory()
    assert not user.has_perm("plans.edit")
    roles.grant(user=user, role="county_lead", organization=jiaxing.county(HOME))
    assert user.has_perm("plans.edit", jiaxing.county(HOME))


def test_a_role_is_held_only_at_its_levels(jiaxing):
    with pytest.raises(roles.DomainError, match="不能设在学校一级"):
        roles.grant(user=UserFactory(), role="county_lead", organization=jiaxing.school())


def test_the_role_table_is_written_through(jiaxing):
    """After `sync`, a holding gives exactly what the table says, whatever it gave before."""
    user = jiaxing.person("county_lead", jiaxing.county(HOME))
    group = user.groups.get()
    group.groupobjectpermission_set.filter(permission__codename="plans.edit").delete()
    assign_perm("organizations.plans.review", group, jiaxing.county(HOME))
    roles.sync()
    assert set(group.groupobjectpermission_set.values_list("permission__codename", flat=True)) == ROLES["county_lead"].permissions
    assert set(group.groupobjectpermission_set.values_list("object_pk", flat=True)) == {str(jiaxing.county(HOME).pk)}


def test_no_grant_outlives_its_holding(jiaxing):
    """Permissions of single persons, of groups that are no holding, and on another organization than the holding's are cleared."""
    user = jiaxing.person("county_lead", jiaxing.county(HOME))
    stray = Group.objects.create(name="stray")
    assign_perm("organizations.plans.review", user, jiaxing.city)
    assign_perm("organizations.plans.review", stray, jiaxing.city)
    assign_perm("organizations.plans.edit", user.groups.get(), jiaxing.county(AWAY))
    roles.sync()
    assert (UserObjectPermission.objects.count(), GroupObjectPermission.objects.filter(group=stray).count()) == (0, 0)
    held = GroupObjectPermission.objects.filter(group=user.groups.get())
    assert set(held.values_list("object_pk", flat=True)) == {str(jiaxing.county(HOME).pk)}


def test_no_organization_goes_while_a_role_is_held_there(jiaxing):
    school = jiaxing.school(HOME)
    jiaxing.person("school_counselor", school)
    with pytest.raises(ProtectedError):
        school.delete()


def test_every_migration_ends_with_the_role_table(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), scope.opened(scope.EVERYTHING, using="owner"):
        auditors = RoleHolding.objects.using("owner").get(role="auditor").group_id
        given = GroupObjectPermission.objects.using("owner").filter(group=auditors)
        given.delete()
        emit_post_migrate_signal(0, False, "owner")
        assert set(given.values_list("permission__codename", flat=True)) == ROLES["auditor"].permissions
        transaction.set_rollback(True, using="owner")
    connections["owner"].close()


def test_every_permission_is_given_by_some_role():
    assert set().union(*(role.permissions for role in ROLES.values())) == set(PERMISSIONS)
