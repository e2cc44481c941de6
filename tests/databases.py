"""Databases that a run makes once and then copies: half a minute's work to make one, a fifth of a second to copy it."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger
from psycopg2.extensions import quote_ident

from apps.core import scope
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.organizations.roles import ROLES
from apps.organizations.services import roles

PASSWORD = "hong-ling-jin-2012"  # of the demo accounts
UNATTENDED = 12  # the Redis database whose queue no worker reads; the portals count up from 2, other workers down from 15


class Templates:
    """What all processes of a run share. Nobody is ever connected to a template, so that it can be copied at any time."""

    def __init__(self, folder: Path, process: str) -> None:
        self.folder, self.process = folder, process
        self.prefix = f"test_{connections['owner'].settings_dict['NAME']}"

    def made(self, name: str, make: Callable[[str], None]) -> str:
        """The database of that name; the first who asks makes it, while the others wait."""
        database, marker = f"{self.prefix}_{name}", self.folder / f"{name}.made"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not marker.exists():
                make(database)
                marker.touch()
        return database

    def copy(self, template: str, name: str) -> str:
        """A copy for this process alone."""
        database = f"{self.prefix}_{name}_{self.process}"
        create(database, template)
        return database


def templates(factory: pytest.TempPathFactory, process: str) -> Templates:
    """`process` is xdist's name for it, `master` if there is but one."""
    folder = factory.getbasetemp()
    return Templates(folder if process == "master" else folder.parent, process)


def create(name: str, template: str = "template1") -> None:
    drop(name)
    _administer("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)  # a third faster than through the log


def drop(name: str) -> None:
    """Whoever is still connected is cut off, and cannot come back: a portal at work, or a worker that was killed and whose server has not
    noticed yet. The portal's connections only its own role may end.
    """
    with _connected("owner") as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if not cursor.rowcount:
            return
    _administer("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
    with _connected("default") as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = current_user AND datname = %s", [name])
    _administer("DROP DATABASE {} WITH (FORCE)", name)


def _administer(statement: str, *names: str) -> None:
    """One statement of the owner about whole databases."""
    with _connected("owner") as cursor:
        cursor.execute(statement.format(*(quote_ident(name, cursor) for name in names)))


@contextmanager
def _connected(role: str, name: str = "postgres") -> Iterator[Any]:
    """A cursor of that role, outside the portal's databases unless told; each statement is committed by itself."""
    known: Any = connections[role].settings_dict
    raw = psycopg2.connect(host=known["HOST"], port=known["PORT"], user=known["USER"], password=known["PASSWORD"], dbname=name)
    raw.autocommit = True
    try:
        with raw.cursor() as cursor:
            yield cursor
    finally:
        raw.close()


def analyze(name: str) -> None:
    """What the planner knows of its tables; the copies inherit it, and nobody else sees to it (jiaxing_pioneers/embedded.py)."""
    with _connected("owner", name) as cursor:
        cursor.execute("VACUUM ANALYZE")


def work_in(name: str) -> None:
    """From now on both roles are connected to this database."""
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def migrate() -> None:
    """The migrations of production, in their order, into the empty database that both roles are connected to.

    Of their half minute nearly all goes into rendering, after each operation, every model that has to do with the one it touched, so that
    a change reaches them. A table that has just been made changes none of the others, and a trigger, a constraint and an index none at all:
    these are not rendered anew. What the database is told stays the same.
    """

    def reload_model(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" in vars(state) and model_name not in state.apps.all_models[app_label]:
            state.apps.render_multiple([state.models[app_label, model_name]])
        else:
            usual(state, app_label, model_name, delay)

    def add_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, operation.model_name.lower()].options
        options["triggers"] = [*options.get("triggers", []), operation.trigger]

    def append_option(state: ProjectState, app_label: str, model_name: str, option_name: str, added: Any) -> None:
        options = state.models[app_label, model_name].options
        options[option_name] = [*options[option_name], added]

    usual = ProjectState.reload_model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProjectState, "reload_model", reload_model)
        patch.setattr(ProjectState, "_append_option", append_option)
        patch.setattr(AddTrigger, "state_forwards", add_trigger)
        call_command("migrate", database="owner", verbosity=0)


def open_roles() -> None:
    """Every role above the schools has been held by somebody before, so that a test's person joins a group that is there."""
    with scope.opened(scope.EVERYTHING):
        for role in ROLES.values():
            at = Organization.objects.filter(kind__in=role.levels - {Kind.SCHOOL})
            roles.opened(role, {organization.pk: organization for organization in at})


def load_demo(name: str, files: Path) -> None:
    """The demo data into a database with the city's divisions, their files into that folder; as `make run` does it.

    What happens in the demo is in everybody's inbox before anybody looks, so that a story may count what is new.
    """
    files.mkdir()
    manage(environment(name, files, redis=UNATTENDED), "load_demo")
    manage(environment(name, files, redis=UNATTENDED), "shell", "--verbosity=0", "-c", "from apps.notices.tasks import fan_out; fan_out()")


def environment(name: str, files: Path, *, redis: int) -> dict[str, str]:
    """What a command, a server or a worker beside the tests needs to know; `redis` is the queue's database, and the cache's is the next."""
    return {
        **os.environ,
        "DATABASE_URL": _named(os.environ["DATABASE_URL"], name),
        "DATABASE_OWNER_URL": _named(os.environ["DATABASE_OWNER_URL"], name),
        "REDIS_URL": _named(os.environ["REDIS_URL"], str(redis)),
        "CACHE_URL": _named(os.environ["REDIS_URL"], str(redis + 1)),
        "MEDIA_ROOT": str(files),
        "DEMO": "1",
        "DEMO_PASSWORD": PASSWORD,
    }


def manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environment, check=True)


def _named(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
