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

import psycopg2
from redis import Redis

from tests import databases
from tests.databases import PASSWORD  # noqa: F401  of the demo accounts
from tests.factories import receivers
from tests.factories.receivers import Mailbox

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
RESCOPE = "SELECT set_config('app.scope', 'all|{}|{}', false)"


@dataclass(frozen=True)
class Portal:
    """A running portal; tests look at it from outside, and may set its stage by SQL."""

    url: str
    database: str
    environment: dict[str, str]
    mailbox: Mailbox

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

    def begin_anew(self, template: str) -> None:
        """The database is a copy of that one again, and nothing is left in the cache; whoever is signed in stays so."""
        [(sessions,)] = self.sql("SELECT coalesce(json_agg(accounts_session), '[]')::text FROM accounts_session")
        databases.create(self.database, template)
        Redis.from_url(self.environment["CACHE_URL"]).flushdb()
        self.sql(
            "INSERT INTO accounts_session SELECT * FROM json_populate_recordset(NULL::accounts_session, %s)"
            " WHERE user_id IN (SELECT id FROM accounts_user)",
            (sessions,),
        )


@contextmanager
def running(var: Path, database: str) -> Iterator[Portal]:
    """`database` holds the demo data, and is the portal's own; so is the folder, with the demo's files in `media`."""
    environment = databases.environment(database, var / "media", redis=2 + 2 * WORKER)
    port = _free_port()
    with ExitStack() as stack:
        mailbox = stack.enter_context(receivers.mailbox())
        environment["EMAIL_URL"] = mailbox.url
        for command in (
            ["gunicorn", "jiaxing_pioneers.wsgi", f"--bind={HOST}:{port}", "--workers=1", "--threads=4", "--log-level=warning"],
            ["celery", "-A", "jiaxing_pioneers", "worker", "--concurrency=1", "--loglevel=WARNING"],
        ):
            stack.enter_context(_process(command, environment))
        _wait_for(port)
        yield Portal(f"http://{HOST}:{port}", database, environment, mailbox)


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


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
