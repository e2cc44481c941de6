"""Celery with the project's own settings, a real worker, a real Redis, and `kill -9`: nothing is lost, nothing has two effects."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import redis
from django.conf import settings
from kombu import Connection

from tests import worker_app

# A Redis database of its own for each process that runs tests; the portals' count up from 2 (tests/browser/portal.py).
URL = f"{settings.REDIS_URL.rpartition('/')[0]}/{15 - int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))}"
VISIBILITY = 5  # seconds; in production longer than the longest task
TASKS = 40


@pytest.fixture
def store() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(URL, decode_responses=True) as store:
        assert store.dbsize() == 0
        yield store
        store.flushdb()


@contextmanager
def worker(*, visibility: int = VISIBILITY) -> Iterator[subprocess.Popen]:
    """A worker and its two children, in a group of their own; whatever is left of it is killed."""
    environment = {**os.environ, "REDIS_URL": URL, "VISIBILITY_TIMEOUT": str(visibility), "TASK_TIME_LIMIT": str(visibility - 1)}
    command = [sys.executable, "-m", "celery", "-A", "tests.worker_app", "worker", "--concurrency=2", "--loglevel=CRITICAL"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    with suppress(ProcessLookupError):  # it has been killed before
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def idle(store: redis.Redis) -> bool:
    """Nothing waits and nothing is held."""
    return not (store.llen("default") or store.hlen("unacked"))


def test_a_killed_worker_loses_nothing_and_repeats_no_effect(store):
    with Connection(URL) as connection:
        for number in range(TASKS):
            worker_app.note.apply_async([number], connection=connection)

    with worker() as first:
        wait_for(lambda: store.scard(worker_app.DONE) >= 10 and int(store.get(worker_app.RUNS)) > store.scard(worker_app.DONE), 20)
        kill(first)
        done, started = store.scard(worker_app.DONE), int(store.get(worker_app.RUNS))
        assert done < TASKS
        assert started > done  # killed in the middle of a task

    with worker():
        wait_for(lambda: store.scard(worker_app.DONE) == TASKS, 25)
        wait_for(lambda: idle(store), 5)

    assert store.smembers(worker_app.DONE) == {str(number) for number in range(TASKS)}
    # Run again was what was in hand; at most also what each child had finished and the worker not yet acknowledged.
    assert TASKS + started - done <= int(store.get(worker_app.RUNS)) <= TASKS + started - done + 2


def test_a_task_that_kills_its_worker_is_given_up(store):
    with Connection(URL) as connection:
        worker_app.kill.apply_async(connection=connection)
        worker_app.note.apply_async([1], connection=connection)

    with worker():
        wait_for(lambda: store.get(worker_app.RUNS) == str(1 + 2) and idle(store), 25)
        time.sleep(1)  # a third run would begin by now

    assert (store.get(worker_app.RUNS), store.smembers(worker_app.DONE)) == ("3", {"1"})
