"""Two people at the same moment, each on a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep

from django.db import connection, connections

from apps.accounts.models import User
from apps.audit.models import Act
from apps.core import scope
from apps.core.errors import DomainError


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())")
        return cursor.fetchone()[0]


def at_once(first: Callable[[], object], second: Callable[[], object]) -> tuple[object, object]:
    """Run both; the first commits only when the second is waiting for it. Answers what each returned or how it was refused."""
    written, may_commit = Event(), Event()

    def run(act: Callable[[], object], *, holds: bool) -> object:
        try:
            with scope.opened(scope.EVERYTHING):
                answer = act()
                if holds:
                    written.set()
                    assert may_commit.wait(10)
                return answer
        except DomainError as error:
            return error.message
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(run, first, holds=True)
        assert written.wait(10)
        other = pool.submit(run, second, holds=False)
        deadline = monotonic() + 10
        while not somebody_waits() and monotonic() < deadline:
            sleep(0.01)
        assert not other.done()
        may_commit.set()
        return one.result(10), other.result(10)


def take_out_logs() -> None:
    """What a test committed to logs of no tenant: not even the owner may take that out while the tables' policies bind them."""
    with connections["owner"].cursor() as cursor:
        for table in (Act._meta.db_table, User.pgh_event_model._meta.db_table):
            for statement in ("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", "DELETE FROM {}", "ALTER TABLE {} FORCE ROW LEVEL SECURITY"):
                cursor.execute(statement.format(table))
