"""A ledger of more rows than somebody waits for, as a file that a job makes."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import DomainError
from apps.core.ledgers import registry, sheets
from apps.core.ledgers.ledger import Ledger
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.jobs.progress import Progress
from apps.organizations.grants import worn_by
from apps.organizations.roles import ROLES

TAKE_OUT = "exchange.ledger"
EVERY = 5000  # rows between two words about how far it is


def ask(*, ledger: Ledger, format: str, by: Any) -> Job:
    """Have a ledger made into a file. Raises PermissionDenied, DomainError."""
    hat = next((held for held in worn_by(by) if ledger.reading in ROLES[held.role].permissions), None)
    if hat is None:
        raise PermissionDenied
    title = f"{ledger.label}台账{timezone.localdate():%Y%m%d}"
    return jobs.start(kind=TAKE_OUT, title=title, organization=hat.organization, by=by, arguments={"ledger": ledger.key, "format": format})


def make(*, key: str, format: str, by: Any, progress: Progress) -> tuple[IO[bytes], int]:
    """The file at its beginning, and how many rows it has; it never stands in memory as a whole."""
    ledger = registry.find(key)
    if ledger is None or not by.has_perm(ledger.reading):
        raise DomainError("这份台账已不能导出，请联系市少工委办公室。")
    rows = ledger.listed(by)
    progress.total = rows.order_by().count()
    cells = _told(ledger.sheet_rows(rows), progress)
    if format == "xlsx":
        file = sheets.book(ledger, cells)
    else:
        file = TemporaryFile()  # noqa: SIM115  the engine closes it
        file.writelines(sheets.csv_lines(ledger, cells))
        file.seek(0)
    audit.record(Verb.EXPORT, f"{ledger.label}台账，{progress.done} 行", details={"ledger": key, "count": progress.done})
    return file, progress.done


def _told(cells: Iterator[list[Any]], progress: Progress) -> Iterator[list[Any]]:
    for row in cells:
        yield row
        progress.done += 1
        if progress.done % EVERY == 0:
            progress.say(f"已导出 {progress.done:,} 行")
