"""Whatever writes to a business table leaves history that says who: requests, commands, tasks; forms, bulk writes and raw SQL alike."""

# ruff: noqa: S608  names of our own tables

import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections, models
from django.utils import timezone

from apps.accounts.models import Activation, Identity, User
from apps.conferences.models import Meeting
from apps.core import scope
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.models import Report
from apps.core.lifecycle.remarks import Remark
from apps.coverage.models import Year
from apps.plans.models import Attachment, Plan
from tests import databases
from tests.factories.database import sql, written

TRACKED = {model.pgh_tracked_model: model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")}
TRACKED[Year] = TRACKED.pop(Year)  # last: what is changed of a year closes it


@pytest.fixture
def demo_database(django_db_setup, django_db_blocker, database_templates, template_demo):
    """The test works in a copy of the demo."""
    usual = connections["default"].settings_dict["NAME"]
    template, _ = template_demo
    with django_db_blocker.unblock():
        copy = database_templates.copy(template, "audit")
        databases.work_in(copy)
    yield
    with django_db_blocker.unblock():
        databases.work_in(usual)
        databases.drop(copy)


@pytest.fixture
def demo(demo_database, jiaxing):
    """Every table has rows."""
    today = timezone.now()
    Activation.objects.get_or_create(
        user=User.objects.get(username="city"), defaults={"digest": "x", "issued_at": today, "expires_at": today + timedelta(days=7)}
    )
    Identity.objects.create(user=User.objects.get(username="city"), issuer="https://id.example", subject="x")
    Year.objects.update(closed_at=None)  # in a closed year, and of what is handed in, nothing can be changed at all
    for model in (each for each in apps.get_models() if issubclass(each, Report)):
        model._default_manager.update(state=State.DRAFT)
    Meeting.objects.update(confirmed_at=None)
    plan = Plan.objects.editable().order_by("-pk")[0]
    Attachment.objects.create(plan=plan, file="x", name="附件", content_type="application/pdf", size=1, sha256="0" * 64, **plan.tenancy())


def newest(history: type[models.Model], mark: int) -> list[tuple[str, Any]]:
    found = history.objects.filter(pgh_context__mark=mark).order_by("pgh_id")
    return list(found.values_list("pgh_label", "pgh_context"))


def column_to_change(model: type[models.Model]) -> models.Field:
    """One that says nothing a rule depends on: free text first, then a number, a day, a yes or no."""
    if issubclass(model, Remark):
        return model._meta.get_field("answer")  # what was sent keeps its words
    kinds = (models.TextField, models.EmailField, models.CharField, models.PositiveIntegerField, models.DateTimeField, models.DateField)
    fields = [each for each in model._meta.concrete_fields if not each.primary_key and not each.unique and not each.remote_field]
    kept = {each.name for each in TRACKED[model]._meta.fields}
    fields = [each for each in fields if each.name in kept and each.name not in ("indicator", "password", "last_login", "verb")]
    fields = [each for each in fields if not each.choices] or fields
    for kind in (*kinds, models.DecimalField, models.BooleanField, models.PositiveSmallIntegerField):
        if found := [each for each in fields if type(each) is kind]:
            return found[0]
    raise LookupError(model)


def another(value: Any, field: models.Field, pk: int) -> Any:
    if field.choices:
        return next(choice for choice, _ in field.choices if choice != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"改{pk}@demo.example"
    if isinstance(value, date | datetime):
        return value - timedelta(days=1)
    return timezone.now() if value is None else value - 1


NEW = {
    models.TextField: "'改'",
    models.EmailField: "'changed@demo.example'",
    models.CharField: "'改'",
    models.PositiveIntegerField: "{} + 1",
    models.PositiveSmallIntegerField: "{} + 1",
    models.DecimalField: "{} - 1",
    models.DateField: "coalesce({}, '2026-01-01') - 1",
    models.DateTimeField: "now()",
    models.BooleanField: "NOT {}",
}


def choices(field: models.Field) -> str:
    first, second = [value for value, _ in field.choices][:2]
    return f"WHEN '{first}' THEN '{second}' ELSE '{first}'"


# Rows that only come and go: a role is given or taken, never changed.
NEVER_UPDATED = {"accounts_user_groups", "organizations_roleholding"}
# Tables that the demo leaves empty; of these the catalog is asked alone.
EMPTY = {
    "accounts_identity": "unified identity is off",
    "coverage_exemption": "everything in the demo is counted",
    "coverage_milestone": "the demo's years have their targets and no steps",
    "counselors_remark": "no exchange of the demo was returned",
    "conferences_attachment": "no meeting of the demo has a file",
    "jobs_job": "nobody has asked for anything that takes long",
    "notices_preference": "everybody is told in the usual way",
}


def test_raw_sql_is_in_the_history_of_every_table(demo):
    missing = {}
    for number, (model, history) in enumerate(TRACKED.items()):
        table, key = model._meta.db_table, model._meta.pk.column
        if table in NEVER_UPDATED:
            continue
        field = column_to_change(model)
        [(row,)] = sql(f'SELECT max("{key}") FROM "{table}"')
        if row is None and table in EMPTY:
            continue
        with pghistory.context(mark=number, user=7):
            quoted = f'"{field.column}"'
            new = NEW[type(field)].format(quoted) if not field.choices else f"CASE {quoted} {choices(field)} END"
            assert written(f'UPDATE "{table}" SET {quoted} = {new} WHERE "{key}" = %s', row) == 1, table
        if newest(history, number) != [("update", {"mark": number, "user": 7})]:
            missing[table] = newest(history, number)
    assert missing == {}


def test_bulk_writes_are_in_the_history_of_every_table(demo):
    missing = {}
    for number, (model, history) in enumerate(TRACKED.items()):
        if model._meta.db_table in NEVER_UPDATED:
            continue
        field = column_to_change(model)
        rows = list(model._base_manager.order_by("-pk")[:3])
        with pghistory.context(mark=number, user=7):
            for row in rows:
                setattr(row, field.attname, another(getattr(row, field.attname), field, row.pk))
            model._base_manager.bulk_update(rows, [field.name])
        if newest(history, number) != [("update", {"mark": number, "user": 7})] * len(rows):
            missing[model._meta.db_table] = newest(history, number)
    assert missing == {}


def test_a_deleted_row_is_in_the_history_with_what_it_said_last(demo):
    missing = {}
    deletable = [model for model in TRACKED if getattr(model, "deletable", False)]
    for number, model in enumerate(deletable):
        row = model._base_manager.order_by("-pk").first()
        if row is None and model._meta.db_table in EMPTY:
            continue
        with pghistory.context(mark=f"d{number}", user=7):
            assert written(f'DELETE FROM "{model._meta.db_table}" WHERE "{model._meta.pk.column}" = %s', row.pk) == 1
        last = TRACKED[model].objects.get(pgh_context__mark=f"d{number}")
        same = {field.attname for field in model._meta.concrete_fields if getattr(last, field.attname) == getattr(row, field.attname)}
        if last.pgh_label != "delete" or last.pgh_obj_id != row.pk or same != {field.attname for field in model._meta.concrete_fields}:
            missing[model._meta.db_table] = same
    assert {model._meta.db_table for model in deletable} >= {"plans_stage", "plans_attachment"}
    assert missing == {}


def test_every_tracked_table_writes_history_when_a_row_comes_and_goes(db):
    """By the catalog, so that a table without rows in the demo is asked too."""
    found = sql("""SELECT c.relname, e.event FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid,
                   LATERAL (VALUES ('insert', 4), ('delete', 8), ('update', 16)) e(event, bit)
                   WHERE tgtype & e.bit > 0 AND tgtype & 1 = 0 AND tgenabled <> 'D' AND prosrc LIKE '%%pgh_context%%'""")
    wanted = {(model._meta.db_table, event) for model in TRACKED for event in ("insert", "update", "delete")}
    assert wanted - set(found) == set()


def test_a_role_that_is_turned_into_another_is_in_the_history(jiaxing):
    """Nobody should, but the application's role could: the table has no trackers for it."""
    lead = jiaxing.person("county_editor", jiaxing.county())
    [group] = jiaxing.person("county_lead", jiaxing.county()).groups.all()
    with pghistory.context(mark="role"):
        assert written("UPDATE accounts_user_groups SET group_id = %s WHERE user_id = %s", group.pk, lead.pk) == 1
    [event] = apps.get_model("accounts", "MembershipEvent").objects.filter(pgh_context__mark="role")
    assert (event.pgh_label, event.user_id, event.group_id) == ("update", lead.pk, group.pk)


def test_a_command_signs_what_it_writes(committed, superuser):
    environment = {**os.environ, "DATABASE_URL": address("default"), "DATABASE_OWNER_URL": address("owner")}
    run = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c"]
    code = """
from apps.accounts.models import Activation, User
from apps.core import scope
from apps.audit import services
from apps.audit.enums import Verb
from tests.factories.organizations import UnitFactory
from apps.organizations.models import Organization
with scope.opened(scope.EVERYTHING):
    UnitFactory(organization=Organization.objects.get(name="南湖区"))
    services.record(Verb.EXPORT, "命令")
with scope.opened(scope.EVERYTHING, using="owner"):
    unit = UnitFactory.build(organization=Organization.objects.using("owner").get(name="秀洲区"))
    unit.county_id = unit.organization_id
    unit.save(using="owner")
"""
    subprocess.run([*run, code], check=True, env=environment, cwd=settings.BASE_DIR)
    signed = superuser(
        "SELECT pgh_context->>'command', pgh_context->>'name' LIKE '%（命令行）' FROM organizations_pioneerunitevent ORDER BY 1"
    )
    assert signed == [("shell", True)] * 2
    assert superuser("SELECT details->>'command', name LIKE '%（命令行）' FROM audit_act") == [("shell", True)]


def address(alias: str) -> str:
    known = connections[alias].settings_dict
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


def test_a_task_signs_what_it_writes_and_says_who_asked(jiaxing):
    from apps.audit import services
    from apps.audit.enums import Verb
    from apps.audit.models import Act
    from jiaxing_pioneers.celery import app

    @app.task(name="audit.test_note")
    def note() -> None:
        services.record(Verb.EXPORT, "任务")

    try:
        note.apply()
        with pghistory.context(user=5, name="王芳", request="0a32f4e4-6f0c-4f3f-8a0b-0a6b6a0d0b7c"):
            headers = {"history": services.context()}
        note.apply(headers=headers)
    finally:
        del app.tasks["audit.test_note"]
    acts = Act.objects.order_by("pk").values_list("user", "name", "details__task")
    assert list(acts) == [(None, "定时任务", "audit.test_note"), (5, "王芳", "audit.test_note")]


def test_a_refusal_is_in_the_log(jiaxing):
    from apps.audit.models import Act

    counselor = jiaxing.person("school_counselor", jiaxing.school())
    assert jiaxing.signed_in(counselor).get("/plans/").status_code == 403
    with scope.opened(scope.EVERYTHING):
        act = Act.objects.newest_first()[0]
    assert (act.verb, act.user, act.name, act.about, act.url) == ("refused", counselor.pk, counselor.name, "GET /plans/", "/plans/")
    assert act.role.endswith("学校少先队大队辅导员")
