"""A log is only added to: the application has no right to do more, and the owner is refused too, unless a maintenance is declared."""

# ruff: noqa: S608  names of our own tables

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction

from apps.core import logs, scope
from apps.organizations.models import Organization
from tests.factories.database import sql
from tests.factories.rooms import RoomFactory

LOGS = [log.table for log in logs.logs()]
WITH_ROWS = ["organizations_organizationevent", "organizations_placeevent"]  # from loading the divisions; committed


@pytest.fixture
def owner(django_db_setup, django_db_blocker):
    """The owner's connection as it is outside of the tests: no maintenance declared."""
    with django_db_blocker.unblock(), transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('app.scope', %s, true)", [scope.EVERYTHING.as_setting()])
        cursor.execute("SELECT set_config(%s, '', true)", [logs.MAINTENANCE])
        yield cursor
        transaction.set_rollback(True, using="owner")
    connections["owner"].close()


def test_every_history_and_every_record_of_steps_is_a_log():
    history = {model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")}
    steps = {f"{app}_step" for app in ("plans", "rooms", "pairings", "supervision")}
    assert {"audit_act", "audit_seal", *steps} | history <= set(LOGS)


def test_every_log_has_its_triggers_which_no_session_switches_off(db):
    found = sql("""SELECT tgrelid::regclass::text, tgname::text FROM pg_trigger
                   WHERE starts_with(tgname, 'log_refuse_') AND tgenabled = 'A'""")
    assert set(found) == {(table, f"log_refuse_{what}") for table in LOGS for what in ("change", "truncate")}


@pytest.mark.parametrize("table", LOGS)
def test_the_owner_cannot_empty_a_log(owner, table):
    with pytest.raises(DatabaseError, match="is a log: its rows are neither changed nor taken away"):
        owner.execute(f'TRUNCATE "{table}" CASCADE')


@pytest.mark.parametrize("table", WITH_ROWS)
@pytest.mark.parametrize("act", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}", "UPDATE {} SET pgh_label = pgh_label"])
def test_the_owner_changes_no_row(owner, table, act):
    with pytest.raises(DatabaseError, match=f"{table} is a log"):
        owner.execute(act.format(table))


@pytest.mark.parametrize("table", WITH_ROWS)
def test_a_declared_maintenance_lets_the_owner_through(owner, table):
    with logs.maintenance("a test"):
        owner.execute(f"UPDATE {table} SET pgh_label = 'x'")
        assert owner.rowcount > 0


@pytest.mark.parametrize("table", LOGS)
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_has_no_right_to_either_and_a_maintenance_gives_none(jiaxing, table, act):
    [column] = [log.id for log in logs.logs() if log.table == table]
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        cursor.execute("SELECT set_config(%s, 'please', true)", [logs.MAINTENANCE])
        cursor.execute(act.format(table, column, column))


def test_a_move_carries_the_record_of_steps_along(jiaxing):
    """The one column that may change: to which reporting unit the row's organization belongs now."""
    room = RoomFactory(organization=jiaxing.school())
    room.steps.create(verb="submit", by=jiaxing.person("county_lead", jiaxing.county()), content={}, **room.tenancy())
    Organization.objects.filter(pk=room.organization_id).update(parent=jiaxing.town("秀洲区"))
    assert list(room.steps.values_list("county", flat=True)) == [jiaxing.county("秀洲区").pk]
