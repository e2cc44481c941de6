"""Asking for a job, and calling it off. What happens in between is apps/jobs/running.py."""

import hashlib
import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from apps.core import turns
from apps.core.errors import DomainError
from apps.jobs import registry, tasks
from apps.jobs.enums import State
from apps.jobs.models import Job
from apps.organizations.grants import worn_by
from apps.organizations.models import Organization
from apps.organizations.roles import ROLES

MOST_OPEN = 5  # of one person at a time: nobody fills the queue alone


@transaction.atomic
def start(*, kind: str, title: str, organization: Organization, by: Any, arguments: dict[str, Any], page: str = "") -> Job:
    """Ask for a job in the role that `by` wears; the same one that is still open is found again.

    `organization` is whose the job is: its owner's, or one below it; `page` is where it is followed, if not on its own page. Raises
    PermissionDenied, DomainError.
    """
    declared = registry.find(kind)
    if declared is None:
        raise ValueError(f"no app declares a job of the kind {kind}")
    hat = next((held for held in worn_by(by) if declared.permission in ROLES[held.role].permissions), None)
    if hat is None:
        raise PermissionDenied
    asked = json.dumps([kind, organization.pk, arguments], sort_keys=True, cls=DjangoJSONEncoder)
    facts = {"owner": by, "hat": hat, "digest": hashlib.sha256(asked.encode()).hexdigest()}
    turns.take(f"jobs.start {by.pk}")
    if running := Job.objects.open().filter(**facts).first():
        return running
    if Job.objects.open().filter(owner=by).count() >= MOST_OPEN:
        raise DomainError(f"您已有 {MOST_OPEN} 个任务没有办完，请等其中一个完成，或先取消一个。")
    tenancy = {"organization": organization, "county_id": organization.county_id}
    job = Job.objects.create(kind=kind, title=title[:120], arguments=arguments, page=page, **facts, **tenancy)
    tasks.run.delay_on_commit(job.pk)
    return job


@transaction.atomic
def cancel(*, job: Job) -> Job:
    """Call it off; a worker that is at it stops at its next step. Raises DomainError when it is over already."""
    stored = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    if not stored.is_open:
        raise DomainError(f"这个任务{stored.get_state_display()}，不用再取消。")
    stored.state, stored.finished_at = State.CANCELLED, timezone.now()
    stored.save()
    return stored
