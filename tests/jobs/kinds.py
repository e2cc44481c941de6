"""Kinds of jobs that only tests need."""

import time
from io import BytesIO

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


@kind("tests.refuse", permission="plans.view")
def refuse(job: Job, progress: Progress) -> Result:
    raise DomainError("这一年没有方案。")


@kind("tests.break", permission="plans.view")
def break_down(job: Job, progress: Progress) -> Result:
    raise ZeroDivisionError
