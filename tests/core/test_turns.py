"""Who waits for whom: the same name is one turn, another name another."""

from django.db import transaction

from apps.core import turns
from tests.factories.database import sql


def held() -> int:
    return sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()")[0][0]


def test_each_name_is_a_turn_of_its_own(db):
    turns.take("coverage.figures")
    turns.take("coverage.figures")
    assert held() == 1

    turns.take("organizations.schools")
    assert held() == 2


def test_a_turn_ends_with_its_transaction(db):
    try:
        with transaction.atomic():
            turns.take("coverage.figures")
            raise LookupError
    except LookupError:
        pass
    assert held() == 0
