"""Whoever changes a log behind the portal's back is found, whatever rights they have; whoever works honestly never is."""

# ruff: noqa: S608  names of our own tables

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connections
from django.utils import timezone

from apps.audit import services
from apps.audit.enums import Verb
from apps.audit.models import Act, Seal
from apps.audit.sealing import chain, verify
from apps.audit.sealing.verify import BROKEN, CHANGED, CUT, INSERTED, REMOVED, REWRITTEN, TWICE, UNKNOWN, UNSIGNED, Fault
from apps.core import logs, scope
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from tests.factories.organizations import UnitFactory

pytestmark = pytest.mark.usefixtures("committed")

UNITS = "organizations_pioneerunitevent"


def establish(number: int = 0) -> int:
    """A unit at a place; answers the id of its row of history."""
    with scope.opened(scope.EVERYTHING):
        unit = UnitFactory(organization=Organization.objects.of_kind(Kind.PLACE).order_by("pk")[number])
        return unit.pgh_event_model.objects.get(pgh_obj=unit.pk).pgh_id


def act(about: str = "南湖区") -> int:
    with scope.opened(scope.EVERYTHING):
        services.record(Verb.EXPORT, about)
        return Act.objects.newest_first()[0].pk


def faults(**options: str) -> list[Fault]:
    return verify.verify(**options).faults


def seals() -> list[Seal]:
    with scope.opened(scope.EVERYTHING):
        return list(Seal.objects.order_by("number"))


def seal_of(table: str) -> int:
    return next(each.number for each in reversed(seals()) if each.table == table)


def head() -> str:
    return seals()[-1].digest


@pytest.fixture
def sealed(committed) -> tuple[int, int]:
    """Two acts, whose ids these are, and three units with everything else the database holds: sealed, and verified."""
    first, second = act("第一条"), act("第二条")
    for number in range(3):
        establish(number)
    chain.seal()
    assert faults() == []
    return first, second


def test_everything_is_sealed_and_agrees(sealed):
    result = verify.verify()
    with scope.opened(scope.EVERYTHING):
        there = sum(each.model._default_manager.count() for each in logs.sealed())
    assert (result.is_sound, result.rows, result.head) == (True, there, head())
    assert str(result) == f"{len(seals())} 个封存、{there} 条记录，全部相符"


def test_a_second_round_finds_nothing(sealed):
    assert chain.seal() == 0


def test_a_long_log_is_sealed_in_parts(committed):
    for _ in range(7):
        act()
    assert chain.seal(most=1000) > 1000
    assert [each.rows for each in seals() if each.table == "audit_act"] == [7]

    for _ in range(7):
        act()
    assert chain.seal(most=3) == 7
    assert [(each.rows, each.complete) for each in seals()][-3:] == [(3, False), (3, False), (1, True)]
    assert faults() == []


def test_a_round_that_was_cut_short_goes_on(committed):
    for _ in range(7):
        act()
    while chain.seal(most=500, at_most=1):
        pass
    assert [each.complete for each in seals()].count(True) == 1
    assert faults() == []


def test_a_changed_row_is_named(sealed, superuser):
    first, _ = sealed
    superuser("UPDATE audit_act SET about = '别的' WHERE id = %s", first)
    assert faults() == [Fault(CHANGED, "audit_act", seal_of("audit_act"), first)]


def test_a_changed_row_is_named_though_the_triggers_were_off(sealed, superuser):
    event = establish()
    chain.seal()
    superuser(f"ALTER TABLE {UNITS} DISABLE TRIGGER ALL")
    superuser(f"UPDATE {UNITS} SET pgh_context = '{{\"user\": 1}}' WHERE pgh_id = %s", event)
    superuser(f"ALTER TABLE {UNITS} ENABLE ALWAYS TRIGGER log_refuse_change, ENABLE ALWAYS TRIGGER log_refuse_truncate")
    assert faults() == [Fault(CHANGED, UNITS, seal_of(UNITS), event)]


def test_a_changed_time_is_named(sealed, superuser):
    first, _ = sealed
    superuser("UPDATE audit_act SET at = at + interval '1 microsecond' WHERE id = %s", first)
    assert faults() == [Fault(CHANGED, "audit_act", seal_of("audit_act"), first)]


def test_a_deleted_row_is_named(sealed, superuser):
    _, second = sealed
    superuser("DELETE FROM audit_act WHERE id = %s", second)
    assert faults() == [Fault(REMOVED, "audit_act", seal_of("audit_act"), second)]


def test_an_emptied_log_is_named_row_by_row(sealed, superuser):
    superuser("DELETE FROM audit_act")
    assert faults() == [Fault(REMOVED, "audit_act", seal_of("audit_act"), key) for key in sealed]


def test_two_rows_that_changed_places_are_named(sealed, superuser):
    first, second = sealed
    superuser("UPDATE audit_act SET id = -1 WHERE id = %s", first)
    superuser("UPDATE audit_act SET id = %s WHERE id = %s", first, second)
    superuser("UPDATE audit_act SET id = %s WHERE id = -1", second)
    assert faults() == [Fault(CHANGED, "audit_act", seal_of("audit_act"), key) for key in sealed]


@pytest.mark.parametrize("key", [-5, 0, 2_000_000_000])
def test_a_row_put_in_behind_the_seal_is_named(sealed, superuser, key):
    """Whatever id it was given, and again when it has been sealed with the others."""
    superuser(
        "INSERT INTO audit_act (id, at, verb, name, role, about, details, url) "
        "VALUES (%s, now() - interval '1 day', 'export', '', '', '', '{}', '')",
        key,
    )
    assert faults() == [Fault(INSERTED, "audit_act", row=key)]

    act()
    chain.seal()
    assert faults() == [Fault(INSERTED, "audit_act", seal_of("audit_act"))]


def test_a_rewritten_seal_is_named(sealed, superuser):
    number = seal_of("audit_act")
    superuser("UPDATE audit_seal SET at = at + interval '1 second' WHERE number = %s", number)
    assert faults() == [Fault(REWRITTEN, "audit_act", number)]


@pytest.mark.parametrize("column", ["ids", "leaves", "rows", "columns"])
def test_what_a_seal_covers_cannot_be_rewritten(sealed, superuser, column):
    number = seal_of("audit_act")
    without_one = {"ids": "'{[1,2)}'", "leaves": "substr(leaves, 33)", "rows": "rows - 1", "columns": "columns - 'about'"}[column]
    superuser(f"UPDATE audit_seal SET {column} = {without_one} WHERE number = %s", number)
    assert faults()[0] == Fault(REWRITTEN, "audit_act", number)


def test_a_chain_made_anew_without_the_key_is_named(sealed, superuser, settings):
    """The strongest: change a row, then make its seal and all that follow anew, digests and all."""
    first, _ = sealed
    superuser("UPDATE audit_act SET about = '别的' WHERE id = %s", first)
    noted = head()
    superuser("DELETE FROM audit_seal")
    own, settings.AUDIT_KEY = settings.AUDIT_KEY, "a guess"
    chain.seal()
    settings.AUDIT_KEY = own
    assert faults() == [Fault(UNSIGNED, each.table, each.number) for each in seals()]
    assert faults(head=noted)[-1] == Fault(CUT)


def test_a_digest_made_anew_breaks_the_chain(sealed, superuser):
    link = seals()[1]
    link.rows += 1
    superuser("UPDATE audit_seal SET rows = rows + 1, digest = %s WHERE number = 2", chain.digest(link))
    assert faults()[:2] == [Fault(UNSIGNED, link.table, 2), Fault(BROKEN, seals()[2].table, 3)]


def test_a_seal_taken_out_is_named(sealed, superuser):
    superuser("DELETE FROM audit_seal WHERE number = 2")
    assert faults()[0] == Fault(BROKEN, seals()[1].table, 3)


def test_a_beginning_cut_off_is_named(sealed, superuser):
    superuser("DELETE FROM audit_seal WHERE number = 1")
    assert faults()[0] == Fault(BROKEN, seals()[0].table, 2)


def test_an_end_cut_off_is_found_by_whoever_noted_the_head(sealed, superuser):
    noted = head()
    assert faults(head=noted) == []
    superuser("DELETE FROM audit_seal WHERE number > 2")
    assert faults(head=noted) == [Fault(CUT)]


def test_a_head_from_before_is_still_in_the_chain(sealed):
    noted = head()
    act()
    chain.seal()
    assert faults(head=noted) == []


def test_a_row_sealed_twice_is_named(sealed, superuser):
    old = next(each for each in seals() if each.table == "audit_act")
    last = seals()[-1]
    twice = Seal(**{name: getattr(old, name) for name in ("at", "table", "ids", "rows", "up_to", "columns", "leaves", "complete")})
    twice.number, twice.previous = last.number + 1, last.digest
    twice.digest = chain.digest(twice)
    twice.mac = chain.mac(twice.digest)
    with scope.opened(scope.EVERYTHING):
        twice.save(force_insert=True)
    assert faults() == [Fault(TWICE, "audit_act")]


def test_a_seal_names_no_table_of_its_own_choice(sealed, superuser):
    """What stands in a seal is not ours: a table or column that is not a log's is never put into a statement."""
    superuser("""UPDATE audit_seal SET "table" = 'x"; DROP TABLE audit_act; --' WHERE number = 1""")
    superuser("""UPDATE audit_seal SET columns = '["id\\"); DROP TABLE audit_act; --"]' WHERE number = 2""")
    found = faults()
    assert [(fault.what, fault.seal) for fault in found][:4] == [(REWRITTEN, 1), (REWRITTEN, 2), (UNKNOWN, 1), (UNKNOWN, 2)]


def test_a_transaction_that_commits_late_is_sealed_later(committed):
    chain.seal()
    written, may_commit = Event(), Event()

    def slow() -> None:
        with scope.opened(scope.EVERYTHING):
            services.record(Verb.EXPORT, "慢")
            written.set()
            assert may_commit.wait(10)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(slow)
        assert written.wait(10)
        after = act("快")
        assert chain.seal() == 1
        may_commit.set()
        late.result(10)
    assert chain.seal() == 1
    with scope.opened(scope.EVERYTHING):
        assert Act.objects.order_by("pk").first().pk == after - 1
    assert [(each.rows, each.up_to) for each in seals()][-2:] == [(1, after), (1, after)]
    assert faults() == []


def test_what_was_rolled_back_leaves_no_trace(committed):
    act()
    with pytest.raises(LookupError), scope.opened(scope.EVERYTHING):
        services.record(Verb.EXPORT, "没有发生")
        raise LookupError
    act()
    chain.seal()
    assert [each.ids.count("[") for each in seals() if each.table == "audit_act"] == [2]
    assert faults() == []


def test_writers_and_sealers_at_once_give_one_chain_and_no_alarm(committed):
    start = Barrier(5)

    def closing(work: Callable[[], object]) -> None:
        start.wait(10)
        for _ in range(12):
            work()
        connections.close_all()

    places = iter(range(12))

    def establish_next() -> None:
        establish(next(places))

    def roll_back() -> None:
        with pytest.raises(LookupError), scope.opened(scope.EVERYTHING):
            services.record(Verb.EXPORT, "没有发生")
            raise LookupError

    with ThreadPoolExecutor(5) as pool:
        for done in [pool.submit(closing, work) for work in (act, establish_next, roll_back, chain.seal, chain.seal)]:
            done.result(60)
    chain.seal()
    assert [each.number for each in seals()] == list(range(1, len(seals()) + 1))
    assert len({each.previous for each in seals()}) == len(seals())
    assert sum(each.rows for each in seals() if each.table == "audit_act") == 12
    assert sum(each.rows for each in seals() if each.table == UNITS) == 12
    assert faults() == []


def test_a_sealed_row_older_than_the_round_before_is_a_fault_only_after_an_hour(committed):
    """A transaction may have begun before the round that did not see it; none lasts an hour."""
    chain.seal()
    with scope.opened(scope.EVERYTHING):
        services.record(Verb.EXPORT, at=timezone.now() - timedelta(minutes=50))
    chain.seal()
    assert faults() == []

    with scope.opened(scope.EVERYTHING):
        services.record(Verb.EXPORT, at=timezone.now() - timedelta(minutes=70))
    chain.seal()
    assert faults() == [Fault(INSERTED, "audit_act", seal_of("audit_act"))]


def test_leaves_are_the_digests_of_the_rows_as_the_database_writes_them(committed, superuser):
    key = act("“引号”与\n换行")
    chain.seal()
    [seal] = [each for each in seals() if each.table == "audit_act"]
    columns = ", ".join(f'"{name}"' for name in seal.columns)
    [(line,)] = superuser(f"SET timezone = 'UTC'; SELECT jsonb_build_array({columns})::text FROM audit_act WHERE id = %s", key)
    assert hashlib.sha256(line.encode()).digest() == bytes(seal.leaves)[-32:]
    assert "\n" not in line
