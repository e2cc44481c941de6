"""The second wall: what the application's role cannot do, and the life of a scope. Table by table: tests/trust/test_second_wall.py."""

from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, NotSupportedError, ProgrammingError, connection, connections, transaction

from apps.core import scope
from apps.core.lifecycle.enums import Verb
from apps.core.scope import Scope
from apps.organizations.grants import whole_scope
from apps.organizations.models import Organization
from apps.plans.models import Plan, Stage, Step
from tests.factories.database import sql, written
from tests.factories.jiaxing import Jiaxing
from tests.factories.organizations import UnitFactory
from tests.factories.people import UserFactory
from tests.factories.years import WindowFactory

HOME, AWAY = "南湖区", "秀洲区"


@pytest.fixture
def both(jiaxing) -> Jiaxing:
    """The same work on both sides of the border, so that a leak would show."""
    officer, window = UserFactory(), WindowFactory(year=2026)
    for name in (HOME, AWAY):
        county = jiaxing.county(name)
        for organization in (jiaxing.school(name), jiaxing.school(name), jiaxing.place(name)):
            UnitFactory(organization=organization).save()  # an insert and an update, both in its history
        plan = Plan.objects.create(window=window, organization=county, county=county, created_by=officer)
        Stage.objects.create(plan=plan, position=1, **plan.tenancy())
        Step.objects.create(report=plan, verb=Verb.SUBMIT, by=officer, content={}, **plan.tenancy())
    return jiaxing


@pytest.fixture
def home(both) -> Iterator[dict[str, int]]:
    """Working in the scope of one county; yields the keys that the tests need of both sides."""
    counties = {name: both.county(name).pk for name in (HOME, AWAY)}
    keys = {
        "home": counties[HOME],
        "away": counties[AWAY],
        "school": sql("SELECT organization_id FROM organizations_school WHERE county_id = %s ORDER BY 1", counties[HOME])[0][0],
        "away_school": sql("SELECT organization_id FROM organizations_school WHERE county_id = %s ORDER BY 1", counties[AWAY])[0][0],
        "away_town": both.town(AWAY).pk,
        "away_plan": Plan.objects.get(county=counties[AWAY]).pk,
    }
    with scope.opened(Scope(counties=frozenset({counties[HOME]}))):
        yield keys


INSERT_UNIT = """INSERT INTO organizations_pioneerunit (organization_id, county_id, kind, name, member_count, guide, established_on)
                 VALUES (%s, %s, 'brigade', '大队', 0, '', '2012-01-01')"""
REFUSED = "new row violates row-level security policy"


def test_inserts_across_the_border_are_refused(home):
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        written(INSERT_UNIT, home["away_school"], home["away"])
    assert written(INSERT_UNIT, home["school"], home["home"]) == 1


def test_history_across_the_border_cannot_be_made_up(home):
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        written(
            """INSERT INTO organizations_placeevent (pgh_created_at, pgh_label, pgh_context, id, area, organization_id, county_id)
               VALUES (now(), 'update', '{}', 1, 'rural', %s, %s)""",
            home["away_school"],
            home["away"],
        )


def test_updates_across_the_border_reach_nothing(home):
    assert written("UPDATE plans_plan SET leader = '' WHERE id = %s", home["away_plan"]) == 0
    assert written("UPDATE organizations_pioneerunit SET name = name || '改'") == 3
    assert written("UPDATE organizations_organization SET name = '改' WHERE id = %s", home["away_school"]) == 0


def test_rows_cannot_be_pushed_across_the_border(home):
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        written("UPDATE organizations_pioneerunit SET county_id = %s, organization_id = %s", home["away"], home["away_school"])
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        Organization.objects.filter(pk=home["school"]).update(parent=home["away_town"])


def test_organizations_cannot_be_founded_across_the_border(home):
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        Organization.objects.create(kind="school", name="越界小学", parent_id=home["away_town"])


def test_deletes_across_the_border_reach_nothing(home):
    assert written("DELETE FROM plans_stage WHERE plan_id = %s", home["away_plan"]) == 0
    assert written("DELETE FROM plans_stage") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM plans_plan",
        "DELETE FROM people_contact",
        "DELETE FROM plans_step",
        "UPDATE plans_step SET reason = '改'",
        "DELETE FROM plans_planevent",
        "UPDATE plans_planevent SET leader = '改'",
        "UPDATE accounts_userevent SET name = '改'",
        "TRUNCATE plans_stage",
        "ALTER TABLE plans_plan DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON plans_plan",
        "ALTER TABLE plans_plan DISABLE TRIGGER ALL",
        "SET SESSION AUTHORIZATION owner",
        "SET ROLE owner",
        "SET session_replication_role = replica",
    ],
)
def test_the_applications_role_cannot(both, statement):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        written(statement)


def test_switching_row_security_off_is_an_error_not_a_way_in(home):
    with pytest.raises(ProgrammingError, match="query would be affected by row-level security"), transaction.atomic():
        written("SET LOCAL row_security = off")
        sql("SELECT * FROM plans_plan")


def test_copying_into_a_walled_table_is_refused(home):
    with pytest.raises(NotSupportedError, match="COPY FROM not supported with row-level security"), transaction.atomic():
        written("COPY plans_stage FROM STDIN")


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_sees_nothing_without_a_scope_either(both):
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organizations_place")
        assert cursor.fetchone() == (0,)


def test_county_and_organization_cannot_disagree(both):
    school, away = both.school(HOME), both.county(AWAY)
    with pytest.raises(IntegrityError, match="organizations_pioneerunit_organization_id_agrees"), transaction.atomic():
        written(INSERT_UNIT, school.pk, away.pk)
        written("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_moved_organization_carries_its_rows(both):
    school = both.school(HOME)
    unit = UnitFactory(organization=school)
    away = both.county(AWAY)

    Organization.objects.filter(pk=school.pk).update(parent=both.town(AWAY))

    unit.refresh_from_db()
    school.refresh_from_db()
    assert (school.county_id, school.school.county_id, unit.county_id) == (away.pk,) * 3
    with scope.opened(Scope(counties=frozenset({away.pk}))):
        assert sql("SELECT count(*) FROM organizations_pioneerunit WHERE id = %s", unit.pk) == [(1,)]
    with scope.opened(Scope(counties=frozenset({both.county(HOME).pk}))):
        assert sql("SELECT count(*) FROM organizations_pioneerunit WHERE id = %s", unit.pk) == [(0,)]


# The life of a scope


@pytest.fixture
def application(both) -> Iterator[Any]:
    """A connection of the application's role that no test transaction holds."""
    raw = psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})
    yield raw
    raw.close()


def places(raw: Any) -> int:
    with raw.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organizations_place")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_a_scope_ends_with_its_transaction(application, ending):
    with application.cursor() as cursor:
        cursor.execute("SELECT set_config('app.scope', %s, true)", [scope.EVERYTHING.as_setting()])
    assert places(application) == 1202
    getattr(application, ending)()
    assert places(application) == 0


def test_a_scope_outside_a_transaction_opens_nothing(application):
    application.autocommit = True
    with application.cursor() as cursor:
        cursor.execute("SELECT set_config('app.scope', %s, true)", [scope.EVERYTHING.as_setting()])
    assert places(application) == 0


def test_the_outer_scope_comes_back(both):
    with scope.opened(Scope(counties=frozenset({both.county(HOME).pk}))):
        inner = Plan.objects.count()
    assert (inner, Plan.objects.count()) == (1, 2)


def test_the_outer_scope_comes_back_after_an_error(both):
    with pytest.raises(RuntimeError), scope.opened(scope.DIRECTORY):
        raise RuntimeError
    assert Plan.objects.count() == 2


def test_a_forgotten_filter_shows_nothing_to_others(both):
    """A page that forgot `visible_to` still shows only the user's rows: the request's scope is the database's."""
    with scope.opened(whole_scope(both.person("county_lead", both.county(AWAY)))):
        assert set(Plan.objects.values_list("county", flat=True)) == {both.county(AWAY).pk}


def test_scopes_add_up(jiaxing):
    mine, theirs = Scope(counties=frozenset({1})), Scope(organizations=frozenset({7}))
    assert mine | theirs == Scope(counties=frozenset({1}), organizations=frozenset({7}))
    assert [bool(scope.DIRECTORY), bool(mine), bool(theirs), bool(scope.EVERYTHING)] == [False, True, True, True]
