"""Kinds of jobs that only tests need."""

import time
from io import BytesIO

from django.db import connection

from apps.core import scope, turns
from apps.core.errors import DomainError
from apps.jobs.models import Job
from apps.jobs.progress import Progress
from apps.jobs.registry import Result, kind
from apps.organizations.models import Organization, Place


@kind("tests.count", permission="plans.view")
def count(job: Job, progress: Progress) -> Result:
    """Counts what it sees, in as many steps as it is told."""
    for _ in progress.over(range(job.arguments.get("steps", 3)), note="第 {} 步".format):
        time.sleep(job.arguments.get("pause", 0))
    seen = f"{Place.objects.count()} {Organization.objects.visible_to(job.owner).count()}"
    return Result(BytesIO(seen.encode()), "结果.txt", "text/plain", "数完了。")


def take_a_turn() -> None:
    with scope.opened(scope.EVERYTHING):
        turns.take("tests.prepared")


@kind("tests.prepared", permission="plans.view", before=take_a_turn)
def hold_nothing(job: Job, progress: Progress) -> Result:
    """Says how many turns its transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        return Result(sentence=f"占用 {cursor.fetchone()[0]} 项。")


@kind("tests.refuse", permission="plans.view")
def refuse(job: Job, progress: Progress) -> Result:
    raise DomainError("这一年没有方案。")


@kind("tests.break", permission="plans.view")
def break_down(job: Job, progress: Progress) -> Result:
    raise ZeroDivisionError
