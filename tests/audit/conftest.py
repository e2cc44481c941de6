"""Real transactions, and whoever may do everything to the database: its superuser."""

# ruff: noqa: S608  names of our own tables

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, connections

from apps.core import logs
from tests.factories.two_schools import two  # noqa: F401  a fixture that the apps of two-sided reports use, too

Superuser = Callable[..., list[tuple[Any, ...]]]
WRITTEN = ("audit_seal", "audit_act", "organizations_pioneerunit", "organizations_pioneerunitevent", "coverage_change")


@pytest.fixture
def superuser(django_db_setup) -> Iterator[Superuser]:
    """`superuser("UPDATE …", value)` on a connection of its own, committed; answers the rows that come back. No wall and no grant holds it,
    only the triggers of the logs; it declares a maintenance and passes them too.
    """
    known = settings.DATABASES["default"]
    with_all_rights = psycopg2.connect(
        host=known["HOST"], port=known["PORT"], password=known["PASSWORD"], user="postgres", dbname=connection.settings_dict["NAME"]
    )
    with_all_rights.autocommit = True

    def run(statement: str, *params: Any) -> list[tuple[Any, ...]]:
        with with_all_rights.cursor() as cursor:
            cursor.execute(statement, params or None)
            return cursor.fetchall() if cursor.description else []

    run(f"SET {logs.MAINTENANCE} = 'tampering'")
    yield run
    with_all_rights.close()


@pytest.fixture
def committed(superuser, django_db_blocker) -> Iterator[None]:
    """The test's transactions are real; what they leave is taken out again."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        for table in WRITTEN:
            superuser(f'DELETE FROM "{table}"')
