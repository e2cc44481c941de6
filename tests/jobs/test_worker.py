"""A real worker, a real Redis, and `kill -9` in the middle of a job: it is done once, with one file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from kombu import Connection

from apps.core import scope
from apps.jobs import progress, running, services, tasks
from apps.jobs.enums import State
from apps.jobs.models import Job
from tests import databases
from tests.core.test_worker import URL, idle, kill, store, wait_for, worker  # noqa: F401  the fixture `store`
from tests.factories.jiaxing import Jiaxing
from tests.jobs import kinds  # noqa: F401  declares them

NAME = f"jobs_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"


@pytest.fixture
def city(django_db_setup, django_db_blocker, monkeypatch, tmp_path) -> Iterator[Jiaxing]:
    """A copy of the test database, in which everything is really committed; the worker works in it too."""
    default, usual = connections["default"].settings_dict, connections["default"].settings_dict["NAME"]
    with django_db_blocker.unblock():
        connections.close_all()
        databases.create(NAME, usual)
        for key in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            monkeypatch.setenv(key, f"{os.environ[key].rpartition('/')[0]}/{NAME}")
        monkeypatch.setenv("MEDIA_ROOT", str(tmp_path))
        monkeypatch.setenv("CACHE_URL", settings.CACHES["default"]["LOCATION"])
        default["NAME"] = NAME
        try:
            yield Jiaxing()
        finally:
            connections.close_all()
            default["NAME"] = usual
            databases.drop(NAME)


@contextmanager
def everything() -> Iterator[None]:
    with scope.opened(scope.EVERYTHING):
        yield


def asked(city: Jiaxing, kind: str = "tests.count", **arguments: Any) -> Job:
    """A job whose message has reached the workers' queue."""
    with everything():
        lead = city.person("county_lead", city.county())
        return services.start(kind=kind, title="统计", organization=city.county(), by=lead, arguments=arguments)


def send(job: Job) -> None:
    with Connection(URL) as connection:
        tasks.run.apply_async([job.pk], connection=connection)


def now(job: Job) -> Job:
    with everything():
        return Job.objects.get(pk=job.pk)


@pytest.fixture(autouse=True)
def unsent(monkeypatch):
    """Messages go to the queue of this test, when it sends them."""
    monkeypatch.setattr(tasks.run, "delay_on_commit", lambda key: None)


def test_a_killed_worker_leaves_one_result(city, store, tmp_path):  # noqa: F811
    job = asked(city, steps=10, pause=0.15)
    send(job)
    send(job)  # and the message came twice
    with worker() as first:
        wait_for(lambda: progress.of(now(job)).done >= 2, 20)
        kill(first)
    assert (now(job).state, progress.of(now(job)).total) == (State.RUNNING, 10)
    with worker():
        wait_for(lambda: now(job).state == State.DONE, 40)
        wait_for(lambda: idle(store), 10)
    done = now(job)
    assert (done.done, done.total, done.sentence) == (10, 10, "数完了。")
    assert [file.name for file in (tmp_path / "jobs" / str(job.pk)).iterdir()] == [str(done.attempts)]
    with everything():
        events = Job.pgh_event_model.objects.filter(pgh_obj_id=job.pk, state=State.DONE)
        assert events.count() == 1


def test_a_job_that_is_called_off_stops(city, store, tmp_path):  # noqa: F811
    job = asked(city, steps=100, pause=0.15)
    send(job)
    with worker():
        wait_for(lambda: progress.of(now(job)).done >= 1, 20)
        with everything():
            services.cancel(job=job)
        wait_for(lambda: idle(store), 5)
    assert (now(job).state, list(tmp_path.iterdir())) == (State.CANCELLED, [])


def test_what_is_done_before_a_job_is_over_when_it_begins(city):
    """Else everybody would wait for the long work."""
    job = asked(city, "tests.prepared")
    running.run(job.pk)
    assert (now(job).state, now(job).sentence) == (State.DONE, "占用 0 项。")
