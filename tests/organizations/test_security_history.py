"""History says who did what where, whoever wrote the SQL, and follows the walls of what it tells about."""

import json
from uuid import UUID

import pghistory
import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Membership
from apps.organizations.models import Organization, PioneerUnit, School
from apps.organizations.services import roles
from apps.years.services import windows
from tests.factories.database import sql
from tests.factories.organizations import UnitFactory
from tests.factories.people import UserFactory


def events(model: type, **facts: object) -> list[tuple[str, dict | None]]:
    history = apps.get_model(model._meta.app_label, f"{model.__name__}Event")
    return list(history.objects.filter(**facts).order_by("pgh_id").values_list("pgh_label", "pgh_context"))


def test_a_request_writes_who_acts_as_what_and_from_where(jiaxing):
    today = timezone.localdate()
    window = windows.set_days(kind="plans", year=today.year, opens_on=today, due_on=today, closes_on=today, by=None)
    lead = jiaxing.person("county_lead", jiaxing.county())
    address = reverse("plans:create", kwargs={"year": window.year, "unit": jiaxing.county().pk})

    jiaxing.signed_in(lead).post(address)

    plan = apps.get_model("plans", "Plan")
    (label, context), *later = events(plan, pgh_obj__organization=jiaxing.county())
    assert {json.dumps(each, sort_keys=True) for _, each in later} <= {json.dumps(context, sort_keys=True)}
    request = context.pop("request")
    assert (label, str(UUID(request))) == ("insert", request)
    assert context == {
        "user": lead.pk,
        "name": lead.name,
        "role": "南湖区 县（市、区）少工委负责人",
        "organization": jiaxing.county().pk,
        "address": "127.0.0.1",
        "url": address,
    }


def test_bulk_writes_and_raw_sql_are_in_it_too(jiaxing):
    school = jiaxing.school()
    with pghistory.context(job="test"):
        PioneerUnit.objects.bulk_create(UnitFactory.build(organization=school, county_id=school.county_id) for _ in range(3))
        sql("UPDATE organizations_pioneerunit SET member_count = 9 WHERE organization_id = %s RETURNING 1", school.pk)
    assert events(PioneerUnit, organization=school.pk) == [(label, {"job": "test"}) for label in ("insert",) * 3 + ("update",) * 3]


def test_a_change_of_nothing_writes_nothing(jiaxing):
    school = jiaxing.school()
    before = len(events(School))
    School.objects.get(organization=school).save()
    assert len(events(School)) == before


def test_a_move_is_in_the_history_of_the_rows_it_carries(jiaxing):
    unit = UnitFactory(organization=jiaxing.school())
    Organization.objects.filter(pk=unit.organization_id).update(parent=jiaxing.town("秀洲区"))
    history = apps.get_model("organizations", "PioneerUnitEvent").objects.filter(id=unit.pk).order_by("pgh_id")
    assert list(history.values_list("county", flat=True)) == [jiaxing.county().pk, jiaxing.county("秀洲区").pk]


@pytest.mark.parametrize("field", ["password", "last_login"])
def test_secrets_are_not_in_it(field):
    assert field not in {each.name for each in apps.get_model("accounts", "UserEvent")._meta.fields}


def test_roles_given_and_taken_are_in_it(jiaxing):
    user, group = UserFactory(), jiaxing.person("county_lead", jiaxing.county()).groups.get()
    with pghistory.context(user=1):
        roles.grant(user=user, role="county_lead", organization=jiaxing.county())
        roles.revoke(user=user, role="county_lead", organization=jiaxing.county())
    assert events(Membership, user=user, group=group) == [("insert", {"user": 1}), ("delete", {"user": 1})]
