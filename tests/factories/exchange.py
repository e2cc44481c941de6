"""Files on their way in, checked and written as the worker does it, in this process."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.exchange.models import Upload
from apps.exchange.services import checking, uploads, writing
from apps.jobs.models import Job
from tests.factories.ledgers import ledger


class Watched:
    """What a service tells how far it is."""

    def __init__(self) -> None:
        self.done, self.total, self.said = 0, 0, []

    def say(self, note: str) -> None:
        self.said.append(note)


def workbook(key: str, rows: Iterable[dict[str, Any]], *, title: str = "台账") -> bytes:
    """An xlsx with the headings of the columns that the rows name, by column name."""
    rows, columns = list(rows), ledger(key).fields
    names = [name for name in columns if any(name in row for row in rows)]
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(title)
        sheet.write_row(0, 0, [columns[name].heading for name in names])
        for number, row in enumerate(rows, start=1):
            for column, name in enumerate(names):
                if row.get(name) is not None:
                    sheet.write(number, column, row[name])
    return file.getvalue()


def send(key: str, rows: Iterable[dict[str, Any]] | bytes, *, by: Any, name: str = "台账.xlsx") -> Upload:
    """Send a file and have it checked."""
    content = rows if isinstance(rows, bytes) else workbook(key, rows)
    upload = uploads.send(ledger=ledger(key), file=SimpleUploadedFile(name, content), by=by)
    finished(upload)
    return checking.read(upload=upload, by=by, progress=Watched())


def confirmed(upload: Upload, *, by: Any) -> Upload:
    uploads.confirm(upload=upload, by=by)
    finished(upload)
    return writing.apply(upload=upload, by=by, progress=Watched())


def taken_back(upload: Upload, *, by: Any) -> Upload:
    uploads.take_back(upload=upload, by=by)
    finished(upload)
    return writing.undo(upload=upload, by=by, progress=Watched())


def finished(upload: Upload) -> None:
    """No worker runs here: its job is over as if one had done it."""
    Job.objects.filter(pk=Upload.objects.get(pk=upload.pk).job_id).update(state="done", finished_at=upload.created_at)
