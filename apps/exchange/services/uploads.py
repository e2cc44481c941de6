"""The way of a file: sent, given up, confirmed, taken back. What takes long is done by a job (apps/exchange/jobs.py)."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction

from apps.core.errors import Conflict, DomainError
from apps.core.ledgers.ledger import Ledger
from apps.exchange.enums import State
from apps.exchange.models import Upload
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.organizations.grants import worn_by
from apps.organizations.roles import ROLES

READ, WRITE, UNDO = "exchange.read", "exchange.write", "exchange.undo"
VERBS = {READ: "检查", WRITE: "导入", UNDO: "撤回"}


@transaction.atomic
def send(*, ledger: Ledger, file: File, by: Any, instead: Upload | None = None) -> Upload:
    """Keep a file and have it checked; the one that it is sent `instead` of is given up, if nothing of it is written.

    Raises PermissionDenied where none of the roles that are worn brings this ledger in, DomainError.
    """
    hat = next((held for held in worn_by(by) if ledger.permission in ROLES[held.role].permissions), None)
    if hat is None:
        raise PermissionDenied
    facts = {"filename": (file.name or "")[-200:], "size": file.size, "by": by}
    organization = hat.organization
    upload = Upload(ledger=ledger.key, organization=organization, county_id=organization.county_id, **facts)
    upload.file.save("", file, save=False)
    upload.save()
    if instead is not None:
        with suppress(Conflict):
            drop(upload=instead, by=by)
    try:
        return _start(upload, READ, by)
    except DomainError:
        upload.file.delete(save=False)  # it is outside of the transaction
        raise


@transaction.atomic
def retry(*, upload: Upload, by: Any) -> Upload:
    """Have a file checked again whose check was not finished. Raises Conflict."""
    stored = _locked(upload)
    if stored.state != State.READING:
        raise Conflict(f"这次导入{stored.get_state_display()}，不用再检查。")
    return _start(stored, READ, by)


@transaction.atomic
def drop(*, upload: Upload, by: Any) -> Upload:
    """Give a file up before anything is written. Raises Conflict."""
    if _is_worked_at(upload):
        raise Conflict("这份文件正在办理，请等它办完。")
    stored = _locked(upload)
    if stored.state not in (State.READING, State.CHECKED, State.REFUSED):
        raise Conflict(f"这次导入{stored.get_state_display()}，不能放弃。")
    stored.state = State.DROPPED
    stored.save()
    return stored


@transaction.atomic
def confirm(*, upload: Upload, by: Any) -> Upload:
    """Have everything written that the preview shows. Raises DomainError, Conflict."""
    if _is_worked_at(upload):
        return upload
    stored = _locked(upload)
    if stored.state != State.CHECKED:
        raise Conflict(f"这次导入{stored.get_state_display()}，无需再确认。")
    if stored.wrong:
        raise DomainError(f"还有 {stored.wrong} 行有误，全部改好后才能导入。")
    if not stored.writes:
        raise DomainError("文件内容与系统中的资料完全相同，没有需要导入的内容。")
    return _start(stored, WRITE, by)


@transaction.atomic
def take_back(*, upload: Upload, by: Any) -> Upload:
    """Have everything undone that it has written. Raises Conflict."""
    if _is_worked_at(upload):
        return upload
    stored = _locked(upload)
    if stored.state != State.APPLIED:
        raise Conflict(f"这次导入{stored.get_state_display()}，不能撤回。")
    return _start(stored, UNDO, by)


def _start(upload: Upload, kind: str, by: Any) -> Upload:
    if upload.job is not None and upload.job.is_open:
        return upload
    facts: dict[str, Any] = {"organization": upload.organization, "page": upload.get_absolute_url()}
    title = f"{VERBS[kind]}{upload.declared.label}台账“{upload}”"
    upload.job = jobs.start(kind=kind, title=title, by=by, arguments={"upload": upload.pk}, **facts)
    upload.sentence = ""
    upload.save()
    return upload


def _is_worked_at(upload: Upload) -> bool:
    """A worker holds the row as long as it writes: whoever comes meanwhile is answered without waiting for it."""
    return Job.objects.open().filter(pk__in=Upload.objects.filter(pk=upload.pk).values("job")).exists()


def _locked(upload: Upload) -> Upload:
    return Upload.objects.select_for_update(of=("self",)).select_related("organization", "job").get(pk=upload.pk)
