"""A database of its own for a bench, made and migrated by the owner as in production; a server on it; and the clock."""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiaxing_pioneers.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  settings first
from django.db import connections  # noqa: E402

from jiaxing_pioneers import embedded  # noqa: E402
from tests import databases  # noqa: E402

HOST = "127.0.0.1"


@contextmanager
def database(*, divisions: bool = True) -> Iterator[None]:
    """The city's real tree, unless the bench brings its own, in an empty portal; gone when the block ends."""
    with _working_in(f"bench_{name()}", "template1"):
        databases.migrate()
        if divisions:
            call_command("load_divisions", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
        yield


@contextmanager
def copy(suffix: str, *, like: str = "") -> Iterator[None]:
    """A copy of a database, else of the one we are in, to work in until the block ends. Nobody may be connected to what is copied."""
    template = like or name()
    with _working_in(f"{template}_{suffix}", template):
        yield


@contextmanager
def _working_in(database: str, template: str) -> Iterator[None]:
    before = name()
    connections.close_all()
    databases.create(database, template)
    databases.work_in(database)
    try:
        yield
    finally:
        connections.close_all()
        databases.work_in(before)
        databases.drop(database)


def name() -> str:
    """The database that we are in."""
    return connections["owner"].settings_dict["NAME"]


@contextmanager
def served(module: str) -> Iterator[HTTPConnection]:
    """gunicorn with one worker on loopback, working in the bench's database; yields a connection to it."""
    with gunicorn(module, workers=1, threads=1) as (port, _):
        yield connected(port)


@contextmanager
def gunicorn(module: str, *, workers: int, threads: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The web server on a free port of loopback, working in the bench's database."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    command = ["gunicorn", module, f"--bind={HOST}:{port}", f"--workers={workers}", f"--threads={threads}", "--log-level=warning"]
    with process(*command, "--keep-alive=600", "--worker-class=gthread") as server:
        yield port, server


@contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module of Python's that works in the bench's database."""
    role = connections["default"].settings_dict
    address = f"postgres://{role['USER']}:{role['PASSWORD']}@{role['HOST']}:{role['PORT']}/{role['NAME']}"
    with embedded.child([sys.executable, "-m", *command], env={**os.environ, "DATABASE_URL": address}) as started:
        yield started


def connected(port: int) -> HTTPConnection:
    until = time.monotonic() + 20
    while True:
        try:
            connection = HTTPConnection(HOST, port)
            connection.connect()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return connection


def seconds(act: Callable[[], object], times: int) -> float:
    """The median of some runs."""
    return statistics.median(_once(act) for _ in range(times))


def _once(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def ratio(one: Callable[[], object], other: Callable[[], object], *, rounds: int, times: int) -> float:
    """How much longer `one` takes than `other`: they take turns, so that the machine's moods meet both."""
    return statistics.median(seconds(one, times) / seconds(other, times) for _ in range(rounds))
