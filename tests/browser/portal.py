"""A whole portal for browser tests: its own database with demo data, gunicorn, and a Celery worker on the suite's real servers."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from tests.factories import receivers
from tests.factories.receivers import Mailbox

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
DATABASE = f"browser_{WORKER}"
PASSWORD = "hong-ling-jin-2012"
RESCOPE = "SELECT set_config('app.scope', 'all|{}|{}', false)"


@dataclass(frozen=True)
class Portal:
    """A running portal; tests look at it from outside, and may set its stage by SQL."""

    url: str
    environment: dict[str, str]
    mailbox: Mailbox

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    def sql(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple]:
        """Run one statement as the owner, everything in scope; the rows it returns."""
        connection = psycopg2.connect(self.environment["DATABASE_OWNER_URL"])
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(RESCOPE)
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@contextmanager
def running(var: Path, *, template: str) -> Iterator[Portal]:
    """`template` is a database with the city's divisions, to which nobody is connected."""
    owner = os.environ["DATABASE_OWNER_URL"]
    environment = {
        **os.environ,
        "DATABASE_URL": _named(os.environ["DATABASE_URL"], DATABASE),
        "DATABASE_OWNER_URL": _named(owner, DATABASE),
        "REDIS_URL": _named(os.environ["REDIS_URL"], str(2 + 2 * WORKER)),
        "CACHE_URL": _named(os.environ["REDIS_URL"], str(3 + 2 * WORKER)),
        "MEDIA_ROOT": str(var / "media"),
        "DEMO": "1",
        "DEMO_PASSWORD": PASSWORD,
    }
    _create_database(owner, template)
    port = _free_port()
    with ExitStack() as stack:
        mailbox = stack.enter_context(receivers.mailbox())
        environment["EMAIL_URL"] = mailbox.url
        portal = Portal(f"http://{HOST}:{port}", environment, mailbox)
        portal.manage("load_demo")
        for command in (
            ["gunicorn", "jiaxing_pioneers.wsgi", f"--bind={HOST}:{port}", "--workers=1", "--threads=4", "--log-level=warning"],
            ["celery", "-A", "jiaxing_pioneers", "worker", "--concurrency=1", "--loglevel=WARNING"],
        ):
            stack.enter_context(_process(command, environment))
        _wait_for(port)
        yield portal


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _named(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _create_database(owner: str, template: str) -> None:
    connection = psycopg2.connect(owner)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {template}")
    connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the portal did not start")
