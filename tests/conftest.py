"""The test database holds the city's real divisions; every test runs in a transaction of its own that is rolled back."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.test import override_settings

from apps.core import logs, scope
from apps.coverage.registry import Indicator, indicators
from apps.coverage.services import figures
from tests import databases
from tests.databases import Templates
from tests.factories.coverage import forget_figures
from tests.factories.jiaxing import Jiaxing


@pytest.fixture(scope="session")
def database_templates(django_test_environment, tmp_path_factory, worker_id) -> Templates:
    return databases.templates(tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def template_city(database_templates, django_db_blocker) -> str:
    """The template with the city's divisions, where every role has been held and today's figures are counted, as in a portal at work.

    The owner makes and migrates it, as in production.
    """

    def make(name: str) -> None:
        databases.create(name)
        databases.work_in(name)
        databases.migrate()
        call_command("load_divisions", verbosity=0)
        databases.open_roles()
        figures.settle()
        connections.close_all()
        databases.analyze(name)

    with django_db_blocker.unblock():
        return database_templates.made("city", make)


@pytest.fixture(scope="session")
def template_demo(database_templates, template_city) -> tuple[str, Path]:
    """The template with the demo data on top, and the folder with its files."""
    files = database_templates.folder / "demo-files"

    def make(name: str) -> None:
        databases.create(name, template_city)
        databases.load_demo(name, files)
        databases.analyze(name)

    return database_templates.made("demo", make), files


@pytest.fixture(scope="session")
def django_db_setup(database_templates, template_city, django_db_blocker) -> Iterator[None]:
    """Each process that runs tests works in a copy of the city, as the application's role."""
    with django_db_blocker.unblock():
        copy = database_templates.copy(template_city, "tests")
        databases.work_in(copy)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        databases.drop(copy)


@pytest.fixture(scope="session", autouse=True)
def settings_of_the_suite() -> Iterator[None]:
    """No role asks for a second factor: the tests of sign-in ask for it themselves, everybody else's people go straight to their work. All
    tests come from one address; those about rate limits set their own. Static files are found when they are asked for, instead of being
    listed by every client that a test makes.
    """
    limits = dict.fromkeys(settings.RATE_LIMITS, "1000000/minute")
    with override_settings(SECOND_FACTOR_ROLES=[], RATE_LIMITS=limits, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session")
def indicators_of_the_portal() -> list[Indicator]:
    return indicators()


@pytest.fixture
def jiaxing(db, indicators_of_the_portal) -> Iterator[Jiaxing]:
    """The city, with everything visible to the test itself; a request made through a client sees what its user may see.

    Its figures are those of the portal's indicators; where a package knows others, they have yet to be counted.
    """
    with scope.opened(scope.EVERYTHING):
        if indicators() != indicators_of_the_portal:
            forget_figures()
        yield Jiaxing()


@receiver(connection_created)
def _let_tests_tidy_up(connection: Any, **kwargs: Any) -> None:
    """What a test really commits its owner takes out again, history included: here a maintenance is always declared.

    tests/audit/test_refusals.py goes without.
    """
    if connection.alias == "owner":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, 'tests', false)", [logs.MAINTENANCE])


def pytest_collection_finish() -> None:
    """What is there now stays to the end: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest go first, so that no worker is left alone with one of them at the end; the stories together."""
    order = {"trust": 0, "browser": 1}
    items.sort(key=lambda item: order.get(item.path.parent.name, 2))
