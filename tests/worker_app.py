"""The project's own Celery application with tasks that only a test needs; `celery -A tests.worker_app worker` serves them."""

import os
import signal
import time

import redis
from django.apps import apps as django_apps
from django.conf import settings

from apps.core import scope
from jiaxing_pioneers.celery import app


@app.on_after_finalize.connect
def declare_kinds_of_jobs(**kwargs: object) -> None:
    """Those that only tests need; once Django knows its models."""
    from tests.jobs import kinds

    assert kinds


app.conf.worker_lost_wait = 0.5  # seconds before a dead child counts as dead

RUNS, DONE, SEEN = "test:runs", "test:done", "test:seen"


@app.task(name="tests.note")
def note(number: int) -> None:
    """Takes a moment, then leaves its number; a second run leaves nothing new."""
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        store.incr(RUNS)
        time.sleep(0.2)
        store.sadd(DONE, number)


@app.task(name="tests.kill", default_retry_delay=0, max_retries=1)  # a lost child is noticed only every five seconds
def kill() -> None:
    """What a task does that eats all the memory: its process is killed."""
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        store.incr(RUNS)
    os.kill(os.getpid(), signal.SIGKILL)


@app.task(name="tests.look")
def look() -> None:
    """Counts the places it sees: before it opens a scope, within it, and after."""
    places = django_apps.get_model("organizations", "Place").objects
    before = places.count()
    with scope.opened(scope.EVERYTHING):
        within = places.count()
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        store.rpush(SEEN, before, within, places.count())
