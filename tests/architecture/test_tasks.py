"""Every task has a name of its own, "<app>.<verb>", and a queue that somebody chose for it."""

import re
from fnmatch import fnmatch

import pytest
from django.conf import settings

from jiaxing_pioneers.celery import app


def tasks() -> dict[str, str]:
    """Task name → the app that defines it."""
    app.loader.import_default_modules()
    return {name: task.__module__.split(".")[1] for name, task in app.tasks.items() if task.__module__.startswith("apps.")}


def queue_of(name: str) -> str | None:
    return next((route["queue"] for pattern, route in settings.CELERY_TASK_ROUTES.items() if fnmatch(name, pattern)), None)


def test_tasks_are_named_after_their_app():
    assert {name for name, label in tasks().items() if not re.fullmatch(rf"{label}\.[a-z_]+", name)} == set()


def test_tasks_are_routed_to_a_queue_that_workers_serve():
    served = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    assert {name: queue_of(name) for name in tasks() if queue_of(name) not in served} == {}


def test_a_task_without_a_route_is_found():
    assert queue_of("somewhere.forgotten") is None


def test_no_route_is_left_over():
    labels = {pattern.split(".")[0] for pattern in settings.CELERY_TASK_ROUTES}
    assert labels == set(tasks().values())


def test_schedules_name_tasks_that_exist():
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} - set(tasks()) == set()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("task_retry_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("task_create_missing_queues", False),
    ],
)
def test_settings_survive_a_killed_worker(setting, value):
    assert app.conf[setting] == value


def test_nothing_is_redelivered_while_it_may_still_run():
    assert app.conf.broker_transport_options["visibility_timeout"] > app.conf.task_time_limit
