"""The tree keeps itself: whatever is founded and moved, paths and reporting units follow from the parents, in every order and at once."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import DataError, IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import scope, security
from apps.organizations.enums import ALLOWED_PARENTS, Kind
from apps.organizations.models import Organization

PROPERTY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Tree = dict[int, tuple[Kind, int | None]]  # key → kind and parent: the tree as it should be


def line(tree: Tree, key: int) -> tuple[int, ...]:
    parent = tree[key][1]
    return (key,) if parent is None else (*line(tree, parent), key)


def county(tree: Tree, key: int) -> int:
    """The nearest reporting unit or city on its line."""
    return next(each for each in reversed(line(tree, key)) if tree[each][0] in (Kind.COUNTY, Kind.CITY))


def agrees(tree: Tree) -> bool:
    stored = {each.pk: (each.line, each.county_id) for each in Organization.objects.filter(pk__in=tree)}
    return stored == {key: (line(tree, key), county(tree, key)) for key in tree}


def found(tree: Tree, kind: Kind, parent: int | None, number: int) -> None:
    tree[Organization.objects.create(kind=kind, name=f"第{number}个", parent_id=parent).pk] = (kind, parent)


def small_tree() -> Tree:
    """Two cities with two counties each, two towns in each county; a third city below the first."""
    tree: Tree = {}
    for kind, above, number in ((Kind.CITY, None, 2), (Kind.COUNTY, Kind.CITY, 2), (Kind.TOWN, Kind.COUNTY, 2)):
        for parent in [key for key, (each, _) in tree.items() if each == above] if above else [None]:
            for n in range(number):
                found(tree, kind, parent, n)
    found(tree, Kind.CITY, next(iter(tree)), 3)
    return tree


ACTS = st.lists(
    st.tuples(st.sampled_from(["found", "move"]), st.sampled_from(Kind), st.integers(0), st.integers(0)), min_size=5, max_size=25
)


@PROPERTY
@given(acts=ACTS)
def test_path_and_county_follow_every_founding_and_move(jiaxing, acts):
    """Each act succeeds exactly where the kinds allow it and no circle is made; afterwards every row says what its parents say."""
    with transaction.atomic():
        tree = small_tree()
        for number, (act, kind, one, other) in enumerate(acts, start=10):
            keys = list(tree)
            key, parent = keys[one % len(keys)], keys[other % len(keys)]
            if act == "found":
                key = 0
            else:
                kind = tree[key][0]
            allowed = tree[parent][0] in ALLOWED_PARENTS[kind] and key not in line(tree, parent)
            try:
                with transaction.atomic():
                    if act == "found":
                        found(tree, kind, parent, number)
                    else:
                        name = f"第{number}个"
                        Organization.objects.filter(pk=key).update(parent_id=parent, name=name)
                        tree[key] = (kind, parent)
                assert allowed
            except IntegrityError:
                assert not allowed
        assert agrees(tree)
        transaction.set_rollback(True)


def move(parents: dict[int, int]) -> None:
    """Many in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organizations_organization o SET parent_id = new.parent FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, parent) "
            "WHERE o.id = new.id",
            [list(parents), list(parents.values())],
        )


MOVES = st.lists(st.tuples(st.integers(0), st.integers(0)), min_size=2, max_size=8)


@PROPERTY
@given(moves=MOVES)
def test_many_moves_in_one_statement_leave_no_path_behind(jiaxing, moves):
    """Cities and what lies below them, above and below each other, in whatever order the database takes them; a circle is refused."""
    with transaction.atomic():
        tree = small_tree()
        for key in [key for key, (kind, _) in tree.items() if kind == Kind.TOWN]:
            found(tree, Kind.SCHOOL, key, 0)
        for number in range(3):
            found(tree, Kind.CITY, max(key for key, (kind, _) in tree.items() if kind == Kind.CITY), number)
        parents: dict[int, int] = {}
        for one, other in moves:
            key = list(tree)[one % len(tree)]
            above = [each for each, (kind, _) in tree.items() if kind in ALLOWED_PARENTS[tree[key][0]]]
            if tree[key][1] is not None:
                parents[key] = above[other % len(above)]
        wanted = {key: (kind, parents.get(key, parent)) for key, (kind, parent) in tree.items()}
        for key in tree:  # so that no two of a name meet
            Organization.objects.filter(pk=key).update(name=f"第{key}个")
        try:
            with transaction.atomic():
                move(parents)
            assert not has_circle(wanted)
            assert agrees(wanted)
        except IntegrityError:
            assert has_circle(wanted)
            assert agrees(tree)
        transaction.set_rollback(True)


def has_circle(tree: Tree) -> bool:
    try:
        return not all(line(tree, key) for key in tree)
    except RecursionError:
        return True


@PROPERTY
@given(st.lists(st.sampled_from([Kind.SCHOOL, Kind.PLACE]), min_size=1, max_size=30), st.integers(0, 7))
def test_bulk_founding_fills_path_and_county_too(jiaxing, kinds, chosen):
    with transaction.atomic():
        tree = small_tree()
        town = [key for key, (kind, _) in tree.items() if kind == Kind.TOWN][chosen]
        rows = [Organization(kind=kind, name=f"第{n}个", parent_id=town) for n, kind in enumerate(kinds)]
        for row in Organization.objects.bulk_create(rows):
            assert (row.line, row.county_id) == ((*line(tree, town), row.pk), county(tree, town))
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_stands_only_below_its_allowed_parents(jiaxing, kind):
    tree = small_tree()
    town = next(key for key, (each, _) in tree.items() if each == Kind.TOWN)
    area = next(key for key, (each, _) in tree.items() if each == Kind.COUNTY)
    for number, (each, parent) in enumerate([(Kind.CLUSTER, area), (Kind.SCHOOL, town), (Kind.PLACE, town)]):
        found(tree, each, parent, number)
    one_of_each = {tree[key][0]: key for key in tree}
    accepted = set()
    for number, (above, key) in enumerate([(None, None), *one_of_each.items()], start=100):
        try:
            with transaction.atomic():
                Organization.objects.create(kind=kind, name=f"第{number}个", parent_id=key)
            accepted.add(above)
        except IntegrityError:
            pass
    assert accepted == ALLOWED_PARENTS[kind]


def test_nothing_stands_below_itself(jiaxing):
    county, town = jiaxing.county(), jiaxing.town()
    for key, parent in ((county.pk, county.pk), (county.pk, town.pk), (town.pk, town.pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Organization.objects.filter(pk=key).update(parent=parent)


def test_two_cities_do_not_change_places_below_each_other(jiaxing):
    """Each move alone would be right; together they make a circle that neither sees when it starts."""
    nation = jiaxing.city
    upper, lower = (Organization.objects.create(kind=Kind.CITY, name=name, parent=nation) for name in ("甲市", "乙市"))
    with pytest.raises(IntegrityError), transaction.atomic():
        move({upper.pk: lower.pk, lower.pk: upper.pk})


def test_path_and_county_cannot_be_made_up(jiaxing):
    """What a caller says about them is overwritten."""
    away = jiaxing.county("秀洲区")
    school = Organization.objects.create(kind=Kind.SCHOOL, name="甲小学", parent=jiaxing.town(), path="1.2", county=away)
    school.refresh_from_db()
    assert (school.line, school.county) == ((*jiaxing.town().line, school.pk), jiaxing.county())


def test_no_session_switches_the_rules_off(jiaxing):
    """pgtrigger lets a session name triggers to be ignored; ours are not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(tgname)::text FROM pg_trigger WHERE starts_with(tgname, 'pgtrigger_')")
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", cursor.fetchone())
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.create(kind=Kind.SCHOOL, name="无镇小学", parent=jiaxing.city)
    school = Organization.objects.create(kind=Kind.SCHOOL, name="甲小学", parent=jiaxing.town())
    assert school.line == (*jiaxing.town().line, school.pk)


def test_an_unknown_kind_is_refused(jiaxing):
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Organization.objects.create(kind="planet", name="火星", parent=jiaxing.city)


def test_a_kind_does_not_change_over_the_heads_of_children(jiaxing):
    """A town that became a school would leave its villages below a school."""
    town = jiaxing.town()
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=town.pk).update(kind=Kind.SCHOOL)


def test_a_move_that_sees_only_half_of_its_subtree_is_refused(jiaxing):
    """The rows below would be left behind with the old path, without a word."""
    town, away = jiaxing.town(), jiaxing.county("秀洲区")
    with scope.opened(scope.Scope(organizations=frozenset({town.pk}))), pytest.raises(Exception, match="not all of"), transaction.atomic():
        Organization.objects.filter(pk=town.pk).update(parent=away)


# At once: real transactions on connections of their own.

Connection = Any


class Field:
    """Rows that are really committed, and connections of the application's role to work on them."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        with self.connect() as raw:
            city = self.found(raw, "city", None)
            self.left, self.right = (self.found(raw, "county", city) for _ in range(2))
            self.town = self.found(raw, "town", self.left)
            self.school = self.found(raw, "school", self.town)
        self.city = city

    def connect(self) -> Connection:
        raw = psycopg2.connect(**{**connections["default"].get_connection_params(), "cursor_factory": None})
        self.connections.append(raw)
        self.run(raw, "SELECT set_config('app.scope', %s, true)", scope.EVERYTHING.as_setting())
        return raw

    def run(self, raw: Connection, sql: str, *params: Any) -> Any:
        with raw.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchone() if cursor.description else None

    def found(self, raw: Connection, kind: str, parent: int | None) -> int:
        insert = """INSERT INTO organizations_organization (kind, name, parent_id, path, position, is_demo)
                    VALUES (%s, 'concurrent ' || random(), %s, '0', 0, false) RETURNING id"""
        return self.run(raw, insert, kind, parent)[0]

    def move(self, raw: Connection, key: int, parent: int) -> None:
        self.run(raw, "UPDATE organizations_organization SET parent_id = %s WHERE id = %s", parent, key)

    def stands(self, key: int) -> tuple[tuple[int, ...], int]:
        path, county = self.run(self.connect(), "SELECT path::text, county_id FROM organizations_organization WHERE id = %s", key)
        return tuple(map(int, path.split("."))), county

    def waits(self, raw: Connection) -> bool:
        waiting = "SELECT coalesce((SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s), false)"
        return self.run(self.connections[0], waiting, raw.info.backend_pid)[0]

    def clear(self) -> None:
        for raw in self.connections:
            raw.close()
        with scope.opened(scope.EVERYTHING, using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("SELECT array_agg(id) FROM organizations_organization WHERE path <@ %s::ltree", [str(self.city)])
            (keys,) = cursor.fetchone()
            for table in sorted(security.tables(), key=lambda table: table.directory):  # the tree itself goes last
                cursor.execute(f'DELETE FROM "{table.name}" WHERE "{table.pairs[0][1]}" = ANY (%s)', [keys])  # noqa: S608
        connections["owner"].close()


@pytest.fixture
def field(django_db_setup, django_db_blocker) -> Iterator[Field]:
    with django_db_blocker.unblock():
        made = Field()
        yield made
        made.clear()


@contextmanager
def meanwhile(field: Field, act: Callable[[Connection], Any]) -> Iterator[Any]:
    """Start `act` in another transaction while the block's own is open; it has to wait, and is committed after the block."""
    raw = field.connect()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(act, raw)
        for _ in range(500):
            if running.done() or field.waits(raw):
                break
            time.sleep(0.01)
        yield running
        running.result(timeout=10)
        raw.commit()


def test_a_founding_waits_for_the_move_above_it(field):
    mover = field.connect()
    field.move(mover, field.town, field.right)
    with meanwhile(field, lambda raw: field.found(raw, "school", field.town)) as founding:
        assert not founding.done()
        mover.commit()
    assert field.stands(founding.result()) == ((field.city, field.right, field.town, founding.result()), field.right)


def test_a_move_waits_for_the_founding_below_it(field):
    founder = field.connect()
    school = field.found(founder, "school", field.town)
    with meanwhile(field, lambda raw: field.move(raw, field.town, field.right)) as moving:
        assert not moving.done()
        founder.commit()
    assert field.stands(school) == ((field.city, field.right, field.town, school), field.right)


def test_of_two_moves_the_later_one_counts(field):
    first = field.connect()
    field.move(first, field.town, field.right)
    with meanwhile(field, lambda raw: field.move(raw, field.town, field.left)) as second:
        assert not second.done()
        first.commit()
    assert field.stands(field.town) == ((field.city, field.left, field.town), field.left)
    assert field.stands(field.school) == ((field.city, field.left, field.town, field.school), field.left)


def test_two_moves_in_one_subtree_wait_for_each_other(field):
    """The school leaves its town while the town leaves its county."""
    first = field.connect()
    field.move(first, field.town, field.right)
    with meanwhile(field, lambda raw: field.move(raw, field.school, field.left)) as leaving:
        assert not leaving.done()
        first.commit()
    assert field.stands(field.town) == ((field.city, field.right, field.town), field.right)
    assert field.stands(field.school) == ((field.city, field.left, field.school), field.left)


def test_foundings_do_not_wait_for_each_other(field):
    one, other = field.connect(), field.connect()
    made = [field.found(one, "school", field.town), field.found(other, "school", field.town)]
    other.commit()
    one.commit()
    assert [field.stands(key)[1] for key in made] == [field.left] * 2
