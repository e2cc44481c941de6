"""The second wall, read from the database's own catalogue: what the models forgot to say shows here."""

# ruff: noqa: S608  the catalogue is asked with text of our own

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from apps.core import security
from tests.factories.database import sql

pytestmark = pytest.mark.django_db

# Tables of ours that carry no tenant; a new one needs a reason here, or is a tenant's.
NO_TENANT = {
    "accounts_user": "people: their names are known to all, and written by who keeps them (tests/trust/test_accounts_wall.py)",
    "accounts_user_groups": "who holds which role: read before there is a scope, written where the role is held",
    "accounts_user_user_permissions": "Django's; nobody has any",
    "accounts_session": "signing in comes before there is a scope",
    "accounts_passwordrecord": "hashes of a person's own passwords",
    "accounts_activation": "digests of activation codes, used before there is a scope",
    "accounts_identity": "who a person is elsewhere, read before there is a scope",
    "organizations_roleholding": "where a role is held: read to find the scope, before there is one",
    "years_window": "the same year for every reporting unit",
    "plans_section": "the same template for every reporting unit",
    "coverage_year": "the same year for every reporting unit",
    "coverage_milestone": "a step on the way to a target, as public as that",
    "coverage_target": "what is asked of a county is no secret; a row without a county is the whole city's",
    "core_submission": "forms that were sent, known by a digest; nothing of what they said",
    "audit_act": "the log of acts: added to by everybody, read by who sees the whole city",
    "audit_seal": "covers the rows of every tenant; says of them only their number and their digests",
    "notices_preference": "a person's own settings: read and written by nobody else (tests/notices/test_wall.py)",
    "rooms_checklist": "the same standard for every school",
    "rooms_checklistitem": "part of the standard",
}
PERSONAL = {
    "notices_notice": "read by whoever sees the organization, marked as read by its reader",
    "notices_preference": "its person's",
    "plans_look": "read by whoever sees the plan, written by who looked",
}
DIRECTORIES = {"organizations_organization"}  # read by every signed-in scope, written like a tenant's
# Tables that write no history of their own.
UNTRACKED = {
    "accounts_session": "its beginning and end are acts",
    "accounts_passwordrecord": "setting a password is an act",
    "plans_look": "what a reader has read; nothing is decided by it",
    "core_submission": "what was sent shows in the history of what it changed",
    "notices_event": "an outbox: what it says never changes, and who was told when stands on its rows",
    "notices_notice": "when it came and when it was read stand on the row",
    "notices_post": "derived from the event; the sending has its own row",
    "notices_delivery": "each of its steps leaves its time on the row; sending again is an act",
    "coverage_fact": "derived from the registers, which are tracked",
    "coverage_figure": "derived from the facts",
    "exchange_line": "a file's rows on their way in; what they wrote is tracked",
    "coverage_change": "a note for the engine, taken away once it is settled",
}


def names(statement: str, *params: Any) -> set[str]:
    return {name for (name,) in sql(statement, *params)}


ROLE = settings.DATABASES["default"]["USER"]
SEES_ALL = "( SELECT (split_part(NULLIF(current_setting('app.scope'::text, true), ''::text), '|'::text, 1) = 'all'::text))"
OURS = "SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"


def tenant_tables() -> set[str]:
    """Every table with a county column, whatever the models say; but for those that are excused, and their history."""
    found = names(f"SELECT relname FROM ({OURS}) t JOIN pg_attribute ON attrelid = t.oid WHERE attname = 'county_id' AND NOT attisdropped")
    return found - set(NO_TENANT) - {f"{name}event" for name in NO_TENANT}


def allowed(right: str) -> set[str]:
    """The tables on which the application's role has a right."""
    return names(f"SELECT relname FROM ({OURS}) t WHERE has_table_privilege(%s, t.oid, %s)", ROLE, right)


def history() -> set[str]:
    return {model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")}


def test_the_tests_work_as_the_applications_role():
    assert sql("SELECT current_user, session_user") == [(ROLE,) * 2]


def test_every_table_with_a_county_is_behind_a_forced_policy():
    walled = names(
        """SELECT relname FROM pg_class c WHERE relrowsecurity AND relforcerowsecurity
           AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polname = 'tenant' AND polcmd = '*' AND polpermissive)"""
    )
    assert tenant_tables() - walled == DIRECTORIES


def test_every_tenant_model_has_its_table_there():
    assert {table.name for table in security.tables()} == tenant_tables()


def test_logs_of_no_tenant_are_read_by_whoever_sees_everything():
    policies = """SELECT c.relname, polname::text, polcmd::text, pg_get_expr(coalesce(polqual, polwithcheck), polrelid) FROM pg_policy
                  JOIN pg_class c ON c.oid = polrelid WHERE polname IN ('read', 'add') AND relrowsecurity AND relforcerowsecurity"""
    seen_by_all, added_by_all = ("read", "r", SEES_ALL), ("add", "a", "true")
    logs = (history() - tenant_tables()) | {"audit_act", "audit_seal"}
    assert set(sql(policies)) == {(name, *policy) for name in logs for policy in (seen_by_all, added_by_all)}


def test_only_the_trees_names_are_a_directory():
    found = sql("""SELECT c.relname, polname::text, polcmd::text FROM pg_policy p JOIN pg_class c ON c.oid = polrelid
                   WHERE polname NOT IN ('tenant', 'read', 'add') AND polname !~ '^(bounded|personal|retraction$)'
                   AND relrowsecurity AND relforcerowsecurity""")
    acts = {"directory": "r", "tenant_insert": "a", "tenant_update": "w", "tenant_delete": "d"}
    assert set(found) == {(name, *policy) for name in DIRECTORIES for policy in acts.items()}


# What an import may have made, and its undo takes away; nothing else of these tables is ever deleted.
RETRACTED = (
    *("organizations_organization", "organizations_school", "organizations_place", "organizations_pioneerunit"),
    *("rooms_room", "pairings_pairing", "counselors_exchange", "counselors_counselor"),
)


def test_what_is_taken_away_again_is_narrowed_to_what_an_import_made():
    found = sql("""SELECT c.relname, polcmd::text, polpermissive, pg_get_expr(polqual, polrelid) ~ 'exchange_line'
                   FROM pg_policy p JOIN pg_class c ON c.oid = polrelid WHERE polname = 'retraction'""")
    assert set(found) == {(name, "d", False, True) for name in RETRACTED}


BOUNDED = ("accounts_user", "accounts_user_groups", "plans_section", "years_window")


def test_what_has_no_tenant_and_is_not_everybodys_is_written_within_bounds():
    found = sql("""SELECT c.relname, polname::text, polcmd::text FROM pg_policy p JOIN pg_class c ON c.oid = polrelid
                   WHERE polname ~ '^bounded' AND relrowsecurity AND relforcerowsecurity""")
    acts = {"bounded_read": "r", "bounded_insert": "a", "bounded_update": "w", "bounded_delete": "d"}
    assert set(found) == {(name, *policy) for name in BOUNDED for policy in acts.items()}


def test_personal_rows_are_their_persons():
    """Of a tenant's rows the writing is narrowed; what has no tenant is nobody else's at all."""
    found = sql("""SELECT c.relname, polname::text, polcmd::text, polpermissive FROM pg_policy p JOIN pg_class c ON c.oid = polrelid
                   WHERE polname ~ '^personal' AND relrowsecurity AND relforcerowsecurity""")
    tenants = {name for name in PERSONAL if name in tenant_tables()}
    narrowed = {(name, f"personal_{act}", sign, False) for name in tenants for act, sign in (("insert", "a"), ("update", "w"))}
    assert set(found) == {*narrowed, *((name, "personal", "*", True) for name in set(PERSONAL) - tenants)}


def test_counties_are_never_missing():
    nullable = f"""SELECT relname FROM ({OURS}) t JOIN pg_attribute ON attrelid = t.oid
                   WHERE attname IN ('county_id', 'organization_id') AND NOT attnotnull"""
    assert (names(nullable) & tenant_tables()) - history() == set()


def test_every_other_table_of_ours_is_excused():
    tables = {
        through._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("apps.") and not hasattr(model, "pgh_tracked_model")
        for through in (model, *(field.remote_field.through for field in model._meta.local_many_to_many))
    }
    assert tables - tenant_tables() == set(NO_TENANT)


def test_history_of_a_tenant_is_the_tenants():
    tracked = {m._meta.db_table: m.pgh_tracked_model._meta.db_table for m in apps.get_models() if hasattr(m, "pgh_tracked_model")}
    assert {event for event, source in tracked.items() if source in tenant_tables()} == history() & tenant_tables()


def test_every_business_table_is_tracked():
    tracked = {model.pgh_tracked_model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")}
    ours = {model for model in apps.get_models() if model.__module__.startswith("apps.") and not hasattr(model, "pgh_tracked_model")}
    ours = {model for model in ours if not model._meta.proxy}  # the table is another model's
    assert {model._meta.db_table for model in ours - tracked if not getattr(model, "append_only", False)} == set(UNTRACKED)


def test_no_view_walks_around_the_wall():
    open_views = """SELECT relname FROM pg_class WHERE NOT relnamespace::regnamespace::text IN ('pg_catalog', 'information_schema') AND (
                    relkind = 'm'
                    OR relkind = 'v' AND NOT coalesce(reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on'])"""
    assert names(open_views) == set()


def test_no_function_lends_its_owners_rights():
    assert names("SELECT proname FROM pg_proc WHERE pronamespace <> 'pg_catalog'::regnamespace AND prosecdef") == set()


def test_the_applications_role_owns_nothing_and_bypasses_nothing():
    attributes = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s"
    assert sql(attributes, ROLE) == [(False,) * 4]
    assert names("SELECT roleid FROM pg_auth_members WHERE member = %s::regrole", ROLE) == set()
    assert names("SELECT relname FROM pg_class WHERE relowner = %s::regrole", ROLE) == set()
    assert names("SELECT proname FROM pg_proc WHERE proowner = %s::regrole", ROLE) == set()
    may_create = "SELECT has_schema_privilege(%s, 'public', 'CREATE'), has_database_privilege(%s, current_database(), 'CREATE')"
    assert sql(may_create, ROLE, ROLE) == [(False, False)]


def test_nobody_but_the_owner_truncates_or_adds_triggers():
    assert allowed("TRUNCATE") | allowed("TRIGGER") | allowed("REFERENCES") == set()


def test_logs_are_only_added_to():
    logs = history() | set(security.logs()) | {table.name for table in security.tables() if table.append_only}
    assert logs & (allowed("UPDATE") | allowed("DELETE")) == set()
    assert logs - allowed("INSERT") == set()


def test_tenant_rows_are_deleted_only_where_the_model_says_so():
    assert allowed("DELETE") & tenant_tables() == {table.name for table in security.tables() if table.deletable} | set(RETRACTED)


def test_migrations_are_the_owners():
    assert "django_migrations" not in allowed("INSERT") | allowed("UPDATE") | allowed("DELETE")
