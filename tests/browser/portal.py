"""A whole portal for browser tests: its own database with demo data, gunicorn, and a Celery worker on the suite's real servers."""

import os
import shutil
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

from tests import databases
from tests.databases import Templates
from tests.factories import receivers
from tests.factories.receivers import Mailbox

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PASSWORD = "hong-ling-jin-2012"
RESCOPE = "SELECT set_config('app.scope', 'all|{}|{}', false)"


@dataclass(frozen=True)
class Portal:
    """A running portal; tests look at it from outside, and may set its stage by SQL."""

    url: str
    environment: dict[str, str]
    mailbox: Mailbox

    def manage(self, *arguments: str) -> None:
        _manage(self.environment, *arguments)

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
def running(var: Path, templates: Templates, city: str) -> Iterator[Portal]:
    """`city` is the template with the city's divisions; the demo data are loaded into a copy of it by whichever portal comes first."""
    files = templates.folder / "demo"

    def make(name: str) -> None:
        files.mkdir()
        databases.create(name, city)
        _manage(_environment(name, files), "load_demo")

    database = templates.copy(templates.made("demo", make), "portal")
    shutil.copytree(files, var / "media")
    environment = _environment(database, var / "media")
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
        yield Portal(f"http://{HOST}:{port}", environment, mailbox)


def _manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


def _environment(database: str, media: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": _named(os.environ["DATABASE_URL"], database),
        "DATABASE_OWNER_URL": _named(os.environ["DATABASE_OWNER_URL"], database),
        "REDIS_URL": _named(os.environ["REDIS_URL"], str(2 + 2 * WORKER)),
        "CACHE_URL": _named(os.environ["REDIS_URL"], str(3 + 2 * WORKER)),
        "MEDIA_ROOT": str(media),
        "DEMO": "1",
        "DEMO_PASSWORD": PASSWORD,
    }


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
