"""The tests of test_walls.py can fail: the owner breaks the wall in each way they watch for, and the test that should see it does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections, transaction

from tests.architecture import test_walls as walls

FUNCTION = "CREATE FUNCTION lent() RETURNS bigint LANGUAGE sql {} AS 'SELECT count(*) FROM plans_plan'"


@pytest.fixture
def owner(django_db_setup, django_db_blocker, monkeypatch) -> Iterator[Any]:
    """A cursor of the owner whose work is undone; the tests of the wall ask through it."""
    with django_db_blocker.unblock(), transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:

        def sql(statement: str, *params: Any) -> list[tuple[Any, ...]]:
            cursor.execute(statement, params)
            return cursor.fetchall()

        monkeypatch.setattr(walls, "sql", sql)
        yield cursor
        transaction.set_rollback(True, using="owner")
    connections["owner"].close()


BREACHES: list[tuple[str, Callable[[], None]]] = [
    ("CREATE MATERIALIZED VIEW leak AS SELECT * FROM plans_plan WITH NO DATA", walls.test_no_view_walks_around_the_wall),
    ("CREATE VIEW leak AS SELECT * FROM plans_plan", walls.test_no_view_walks_around_the_wall),
    ("CREATE VIEW leak WITH (security_invoker = false) AS SELECT * FROM plans_plan", walls.test_no_view_walks_around_the_wall),
    ("CREATE SCHEMA aside CREATE VIEW leak AS SELECT * FROM public.plans_plan", walls.test_no_view_walks_around_the_wall),
    (FUNCTION.format("SECURITY DEFINER"), walls.test_no_function_lends_its_owners_rights),
    (
        "CREATE TABLE forgotten (id bigint, county_id bigint NOT NULL, organization_id bigint NOT NULL)",
        walls.test_every_table_with_a_county_is_behind_a_forced_policy,
    ),
    ("ALTER TABLE plans_plan NO FORCE ROW LEVEL SECURITY", walls.test_every_table_with_a_county_is_behind_a_forced_policy),
    ("ALTER TABLE plans_planevent DISABLE ROW LEVEL SECURITY", walls.test_every_table_with_a_county_is_behind_a_forced_policy),
    ("DROP POLICY tenant ON plans_plan", walls.test_every_table_with_a_county_is_behind_a_forced_policy),
    (
        "DROP POLICY tenant ON plans_plan; CREATE POLICY tenant ON plans_plan FOR SELECT USING (true)",
        walls.test_every_table_with_a_county_is_behind_a_forced_policy,
    ),
    ("CREATE POLICY another ON plans_plan USING (true)", walls.test_only_the_trees_names_are_a_directory),
    ("ALTER TABLE plans_plan ALTER county_id DROP NOT NULL", walls.test_counties_are_never_missing),
    ("ALTER TABLE audit_act NO FORCE ROW LEVEL SECURITY", walls.test_logs_of_no_tenant_are_read_by_whoever_sees_everything),
    ("CREATE POLICY read2 ON accounts_userevent USING (true)", walls.test_only_the_trees_names_are_a_directory),
    ("GRANT UPDATE ON plans_step TO app", walls.test_logs_are_only_added_to),
    ("GRANT DELETE ON plans_planevent TO app", walls.test_logs_are_only_added_to),
    ("GRANT DELETE ON plans_plan TO app", walls.test_tenant_rows_are_deleted_only_where_the_model_says_so),
    ("GRANT TRUNCATE ON plans_stage TO app", walls.test_nobody_but_the_owner_truncates_or_adds_triggers),
    ("GRANT INSERT ON django_migrations TO app", walls.test_migrations_are_the_owners),
    ("GRANT CREATE ON SCHEMA public TO app", walls.test_the_applications_role_owns_nothing_and_bypasses_nothing),
]


@pytest.mark.parametrize(("breach", "test"), BREACHES, ids=[breach[:60] for breach, _ in BREACHES])
def test_a_breach_is_seen(owner, breach, test):
    test()
    owner.execute(breach)
    with pytest.raises(AssertionError):
        test()


def test_what_is_no_breach_is_let_through(owner):
    owner.execute("CREATE VIEW fair WITH (security_invoker = true) AS SELECT * FROM plans_plan")
    owner.execute(FUNCTION.format("SECURITY INVOKER"))
    walls.test_no_view_walks_around_the_wall()
    walls.test_no_function_lends_its_owners_rights()
