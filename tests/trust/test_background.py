"""What runs outside a request sees nothing until it says what it may see: a real command and a real worker, in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from kombu import Connection

from tests import worker_app
from tests.core.test_worker import URL, store, wait_for, worker  # noqa: F401  the fixture `store`

LOOK = """
from apps.core import scope
from apps.organizations.models import Organization, Place, School
print(Organization.objects.count(), Place.objects.count())
with scope.opened(scope.EVERYTHING):
    print(Organization.objects.count() > 1200, Place.objects.count())
print(Organization.objects.count(), Place.objects.count())
"""


@pytest.fixture
def environment(db) -> Iterator[dict[str, str]]:
    """That of a process which works in the test database as the application's role; its city has been committed."""
    name, url = settings.DATABASES["default"]["NAME"], os.environ["DATABASE_URL"]
    owner = os.environ["DATABASE_OWNER_URL"]
    yield {
        **os.environ,
        **{key: f"{value.rpartition('/')[0]}/{name}" for key, value in (("DATABASE_URL", url), ("DATABASE_OWNER_URL", owner))},
    }


def test_a_command_without_a_scope_sees_nothing(environment):
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", LOOK]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["0 0", "True 1202", "0 0"]


def test_a_task_without_a_scope_sees_nothing(environment, store, monkeypatch):  # noqa: F811
    monkeypatch.setattr(os, "environ", environment)  # the worker's
    with Connection(URL) as connection:
        worker_app.look.apply_async(connection=connection)
    with worker():
        wait_for(lambda: store.exists(worker_app.SEEN) == 1, 20)
    assert store.lrange(worker_app.SEEN, 0, -1) == ["0", "1202", "0"]
