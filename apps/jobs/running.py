"""How a job is run, whoever is killed meanwhile: it begins, works in its owner's scope, and its result is written once.

Each beginning counts one attempt, and only the latest attempt may write: a worker that was thought dead finds itself replaced. A job's row
is written by the engine itself; only the work in the middle is the owner's.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.core import scope
from apps.core.errors import DomainError
from apps.jobs import registry
from apps.jobs.enums import State
from apps.jobs.models import Job
from apps.jobs.progress import Cancelled, Progress
from apps.jobs.registry import Result
from apps.notices import services as notices
from apps.notices.enums import Kind
from apps.organizations import grants

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)  # a result
SHORT = timedelta(seconds=20)  # somebody still waits on its page
MOST_ATTEMPTS = 3
LIMIT = settings.CELERY_TASK_TIME_LIMIT - 30  # seconds; the last thirty are for saying so
SILENT = timedelta(seconds=settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"])  # by then the broker has given up a worker too

NO_LONGER = "申请时的身份已经变动，任务没有执行。如需办理，请以现在的身份重新申请。"
TOO_LONG = f"超过 {LIMIT // 60} 分钟没有办完，已经停止。请缩小范围后重新申请。"
INTERRUPTED = "办理多次中断，已经停止。请稍后重新申请；再次出现时请联系系统管理员。"
BROKEN = "办理中出错，没有完成。请稍后重新申请；再次出现时请联系系统管理员。"
GONE = "文件已超过保留时间，需要时请重新申请。"


def run(key: int) -> None:
    """Do the job, unless it is over: running it twice has one result."""
    job = _begin(key)
    if job is None:
        return
    progress = Progress(job)
    with audit.signed(**job.signature):
        try:
            _prepare(job)
            with _as_owner(job):
                result = _work(job, progress)
        except Cancelled:
            return
        except DomainError as error:
            _fail(job, progress, error.message)
        except SoftTimeLimitExceeded:
            log.exception("job %s took too long", job.pk)
            _fail(job, progress, TOO_LONG)
        except Exception:
            log.exception("job %s failed", job.pk)
            _fail(job, progress, BROKEN)
        else:
            _finish(job, progress, result)


def tend() -> None:
    """Every few minutes: what nobody has heard of is given to the workers again, and old results are taken away."""
    now = timezone.now()
    with scope.opened(scope.EVERYTHING):
        for job in Job.objects.select_for_update(of=("self",)).not_heard_of_since(now - SILENT):
            _again(job)
        for job in Job.objects.select_for_update(of=("self",)).expired():
            job.file, job.sentence = "", GONE
            job.save()
            _clear(job)


def _again(job: Job) -> None:
    from apps.jobs import tasks

    log.warning("job %s is given to the workers again", job.pk)
    job.heard_at = timezone.now()
    job.save()
    tasks.run.delay_on_commit(job.pk)


def _begin(key: int) -> Job | None:
    """One more attempt; None when there is nothing to do."""
    with scope.opened(scope.EVERYTHING):
        known = Job.objects.select_related("owner", "organization", "hat__organization")
        job = known.select_for_update(of=("self",)).filter(pk=key).first()
        if job is None or not job.is_open:
            return None
        if job.attempts >= MOST_ATTEMPTS:
            log.error("job %s was interrupted %s times", job.pk, job.attempts)
            job.state, job.sentence, job.finished_at = State.FAILED, INTERRUPTED, timezone.now()
            job.save()
            _tell(job)
            return None
        job.state, job.attempts = State.RUNNING, job.attempts + 1
        job.started_at = job.heard_at = timezone.now()
        job.save()
        return job


@contextmanager
def _as_owner(job: Job) -> Iterator[None]:
    """The transaction of a request of its owner's, in the role they wore when they asked: never more than that role shows today."""
    with scope.opened(scope.DIRECTORY):
        owner = User.objects.get(pk=job.owner_id)
        hat = next((held for held in grants.hats_of(owner) if held.pk == job.hat_id and owner.is_active), None)
        if hat is None:
            raise DomainError(NO_LONGER)
        grants.wear(owner, hat)
        scope.widen(grants.whole_scope(owner))
        job.owner = owner
        yield


def _prepare(job: Job) -> None:
    kind = registry.find(job.kind)
    if kind is not None and kind.before is not None:
        kind.before()


def _work(job: Job, progress: Progress) -> Result:
    kind = registry.find(job.kind)
    if kind is None or not job.owner.has_perm(kind.permission):
        raise DomainError(NO_LONGER)
    return kind.work(job, progress)


def _finish(job: Job, progress: Progress, result: Result) -> None:
    with result.file or nullcontext(), scope.opened(scope.EVERYTHING):
        stored = _still(job)
        if stored is None:
            return
        _note(stored, State.DONE, progress, result.sentence)
        if result.file:
            stored.filename, stored.content_type = result.filename[-200:], result.content_type
            file = File(result.file)
            stored.size = file.size
            stored.expires_at = timezone.now() + KEPT
            stored.file.save(result.filename, file, save=False)
        stored.save()
        _tell(stored)


def _fail(job: Job, progress: Progress, sentence: str) -> None:
    with scope.opened(scope.EVERYTHING):
        stored = _still(job)
        if stored is not None:
            _note(stored, State.FAILED, progress, sentence)
            stored.save()
            _tell(stored)


def _still(job: Job) -> Job | None:
    """The stored row, locked, while this attempt is the one that counts."""
    now = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    return now if (now.state, now.attempts) == (State.RUNNING, job.attempts) else None


def _note(job: Job, state: State, progress: Progress, sentence: str) -> None:
    job.state, job.sentence, job.finished_at = state, sentence[:300], timezone.now()
    job.done, job.total = progress.done, progress.total


def _tell(job: Job) -> None:
    """Its owner has left the page meanwhile: the inbox says that it is over. One with a page of its own is told of if it took long."""
    if job.page and timezone.now() - job.created_at < SHORT:
        return
    notices.tell(
        kind=Kind.JOB,
        person=job.owner,
        organization=job.organization,
        title=f"{job.title}{'已完成' if job.state == State.DONE else '没有完成'}",
        text=job.sentence,
        url=job.page or job.get_absolute_url(),
        key=f"job:{job.pk}",
    )


def _clear(job: Job) -> None:
    """Its files, those of attempts that were killed while writing among them."""
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(f"jobs/{job.pk}")[1]:
            default_storage.delete(f"jobs/{job.pk}/{name}")
