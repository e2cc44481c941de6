"""What a file would do: read, checked against what is stored, and kept row by row for whoever is to confirm it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from apps.core import bulk
from apps.core.ledgers import reading, writing
from apps.core.ledgers.checking import BATCH, Check, without_pauses
from apps.core.ledgers.enums import Outcome
from apps.core.ledgers.ledger import Ledger, Row
from apps.exchange.enums import State
from apps.exchange.models import Line, Upload
from apps.jobs.progress import Progress

PLAIN = frozenset({str, int, float, bool, type(None)})  # what JSON knows
COLUMNS = ("organization", "county", "upload", "number", "outcome", "cells", "before", "faults", "hints", "target")


def readable(ledger: Ledger) -> list[str]:
    """The columns that are looked for in a file, in the order of a line's cells."""
    return [name for name, column in ledger.fields.items() if not column.derived]


@transaction.atomic
@without_pauses()
def read(*, upload: Upload, by: Any, progress: Progress) -> Upload:
    """Read the file and judge its rows. What cannot be read is refused with its sentence. Doing it twice has one result."""
    stored = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if stored.state != State.READING:
        return stored
    ledger = stored.declared
    names = readable(ledger)
    heads = [reading.Head(column.heading, column.aliases, column.required) for column in map(ledger.fields.__getitem__, names)]
    progress.say("读取文件")
    try:
        with _local(stored) as path, reading.read(path, name=stored.filename, heads=heads) as table:
            absent = set(table.absent)
            stored.present = [name for name, head in zip(names, heads, strict=True) if head.name not in absent]
            _judge(stored, table.rows, by=by, progress=progress)
            stored.notes = [note[:300] for note in (*table.notes, *_unread(table))]  # known in full once all rows are read
    except reading.Unreadable as error:
        stored.lines.all().delete()
        stored.state, stored.sentence = State.REFUSED, error.message[:500]
    else:
        stored.state = State.CHECKED
    stored.save()
    return stored


def _unread(table: reading.Table) -> Iterator[str]:
    if table.unknown:
        yield f"没有读取这些列：{'、'.join(name[:20] for name in table.unknown[:10])}{'等' if len(table.unknown) > 10 else ''}。"


def again(*, upload: Upload, by: Any, progress: Progress) -> None:
    """Judge the rows of a locked upload anew: what is stored has changed since."""
    _judge(upload, _taken(upload), by=by, progress=progress)


def _taken(upload: Upload) -> Iterator[tuple[int, list[Any]]]:
    """The lines as they were read; each batch makes room for its successors."""
    for lines in batches(upload):
        bulk.delete(Line, [line.pk for line in lines], by="id")
        yield from ((line.number, line.cells) for line in lines)


def batches(upload: Upload, *outcomes: Outcome) -> Iterator[list[Any]]:
    """A batch at a time, by number: no cursor of the server's is held open. Not whole models, which would take as long as all the rest."""
    lines = Line.objects.filter(county=upload.county_id, upload=upload).order_by("number")
    if outcomes:
        lines = lines.filter(outcome__in=outcomes)
    last, facts = 0, ("pk", "number", "outcome", "cells", "before", "target", "effects")
    while batch := list(lines.filter(number__gt=last).values_list(*facts, named=True)[:BATCH]):
        yield batch
        last = batch[-1].number


def _judge(upload: Upload, lines: Iterable[tuple[int, list[Any]]], *, by: Any, progress: Progress) -> None:
    ledger, counts = upload.declared, Counter[str]()
    for rows in Check(ledger, by=by, present=upload.present).batches(lines):
        counts.update(row.outcome for row in rows)
        writing.reserve(ledger, rows)
        bulk.insert(Line, COLUMNS, (_line(upload, ledger, row) for row in rows))
        progress.done += len(rows)
        progress.total = progress.done + 1
        progress.say(f"已检查 {progress.done} 行")
    for outcome in Outcome:
        setattr(upload, outcome.value, counts[outcome])


def _line(upload: Upload, ledger: Ledger, row: Row) -> tuple[Any, ...]:
    cells = [cell if cell.__class__ in PLAIN else _kept(cell) for cell in row.cells]
    before = before_of(ledger, row)
    return (upload.organization_id, upload.county_id, upload.pk, row.number, row.outcome, cells, before, row.faults, row.hints, row.target)


def before_of(ledger: Ledger, row: Row) -> dict[str, Any] | None:
    """The old cells of what a changed row changes."""
    if row.outcome != Outcome.CHANGED or row.before is None:
        return None
    found = {name: ledger.fields[name].cell.render(row.before[ledger.index[name]]) for name in ledger.changed(row)}
    return json.loads(json.dumps(found, cls=DjangoJSONEncoder))


def _kept(cell: Any) -> Any:
    """A cell as JSON can keep it, and as it would be read again."""
    if isinstance(cell, reading.Fault):
        return cell.text
    return str(cell.date() if isinstance(cell, datetime) and cell.time() == time.min else cell)


@contextmanager
def _local(upload: Upload) -> Iterator[Path]:
    """The file on this machine's disk, wherever it is stored."""
    try:
        yield Path(upload.file.path)
    except NotImplementedError:
        with NamedTemporaryFile() as copy, upload.file.open() as source:
            copyfileobj(source, copy)
            copy.flush()
            yield Path(copy.name)
