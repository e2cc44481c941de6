"""Databases that a run makes once and then copies: half a minute's work to make one, a fifth of a second to copy it."""

import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connections
from psycopg2.extensions import quote_ident


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
    _administer("CREATE DATABASE {} TEMPLATE {}", name, template)


def drop(name: str) -> None:
    _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _administer(statement: str, *names: str) -> None:
    """One statement of the owner about whole databases."""
    owner: Any = connections["owner"].settings_dict
    raw = psycopg2.connect(host=owner["HOST"], port=owner["PORT"], user=owner["USER"], password=owner["PASSWORD"], dbname="postgres")
    raw.autocommit = True
    try:
        with raw.cursor() as cursor:
            cursor.execute(statement.format(*(quote_ident(name, cursor) for name in names)))
    finally:
        raw.close()


def work_in(name: str) -> None:
    """From now on both roles are connected to this database."""
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
