"""A checked file is written, all or nothing; and taken back, while what it wrote still stands as it was written."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import bulk, turns
from apps.core.errors import DomainError
from apps.core.ledgers import writing
from apps.core.ledgers.checking import Check, without_pauses
from apps.core.ledgers.enums import WRITTEN, Outcome
from apps.core.ledgers.ledger import Ledger, Row
from apps.coverage.services import figures
from apps.exchange.enums import State
from apps.exchange.models import Line, Upload
from apps.exchange.selectors.dependents import dependents
from apps.exchange.services import checking
from apps.jobs.progress import Progress

MOVED_ON = "核对之后，有 {} 行对应的资料有了变化，已重新检查，还没有写入。请再核对一次。"
COLLIDED = "写入时与别人刚登记的资料冲突，没有写入。请重新核对。"


class _Stale(Exception):
    """What is stored is no longer what the preview was made from."""


@transaction.atomic
@without_pauses()
def apply(*, upload: Upload, by: Any, progress: Progress) -> Upload:
    """Write every row, after a last look: where anything has changed since the preview nothing is written, and a new preview is made."""
    stored = _locked(upload)
    if stored.state != State.CHECKED or stored.wrong:
        return stored
    try:
        with transaction.atomic():
            _write(stored, by, progress)
    except (_Stale, IntegrityError) as error:
        progress.done = 0
        checking.again(upload=stored, by=by, progress=progress)
        stored.sentence = MOVED_ON.format(error) if isinstance(error, _Stale) else COLLIDED
        stored.save()
        return stored
    stored.state, stored.applied_at, stored.applied_by = State.APPLIED, timezone.now(), by
    stored.save()
    details = {"upload": stored.pk, "ledger": stored.ledger, "new": stored.new, "changed": stored.changed}
    audit.record(Verb.IMPORT, f"{stored.declared.label}台账“{stored}”：新增 {stored.new} 行，修改 {stored.changed} 行", details=details)
    return stored


def _write(upload: Upload, by: Any, progress: Progress) -> None:
    ledger, progress.total = upload.declared, upload.total
    turns.take(f"exchange {ledger.key}")
    check, stale = Check(ledger, by=by, present=upload.present), 0
    for lines in checking.batches(upload):
        rows = check.rows((line.number, line.cells) for line in lines)
        ledger.lock(rows)
        check.judge(rows)
        stale += sum(
            (row.outcome, checking.before_of(ledger, row)) != (line.outcome, line.before) for row, line in zip(rows, lines, strict=True)
        )
        if not stale:
            for row, line in zip(rows, lines, strict=True):
                row.target = line.target
            writing.write(ledger, [row for row in rows if row.outcome in WRITTEN], by=by)
            pairs = zip(rows, lines, strict=True)
            if told := [(line.pk, row.target, row.effects) for row, line in pairs if row.effects or row.target != line.target]:
                bulk.update(Line, ("target", "effects"), told, by="id")
        progress.done += len(rows)
        progress.say(f"已写入 {progress.done} 行")
    if stale:
        raise _Stale(stale)


@transaction.atomic
@without_pauses()
def undo(*, upload: Upload, by: Any, progress: Progress) -> Upload:
    """Put back what it changed, and take away what it made. Raises DomainError that says what stands against it."""
    stored = _locked(upload)
    if stored.state != State.APPLIED:
        return stored
    ledger, progress.total = stored.declared, stored.writes
    turns.take(f"exchange {ledger.key}")
    for lines in checking.batches(stored, *WRITTEN):
        _put_back(ledger, stored, lines, by)
        progress.done += len(lines)
        progress.say(f"已撤回 {progress.done} 行")
    stored.state, stored.undone_at, stored.undone_by = State.UNDONE, timezone.now(), by
    stored.save()
    details = {"upload": stored.pk, "ledger": stored.ledger, "new": stored.new, "changed": stored.changed}
    audit.record(Verb.UNDO_IMPORT, f"{ledger.label}台账“{stored}”", details=details)
    return stored


def _put_back(ledger: Ledger, upload: Upload, lines: list[Any], by: Any) -> None:
    check = Check(ledger, by=by, present=upload.present, rules=False)
    rows = check.rows((line.number, line.cells) for line in lines)
    ledger.lock(rows)
    check.judge(rows)
    if touched := [row.number for row, line in zip(rows, lines, strict=True) if not _stands(ledger, row, line, upload)]:
        raise DomainError(f"导入之后，{_numbered(touched)}的资料又有了变化，不能整体撤回。请在相应页面修改。")
    new = [row for row, line in zip(rows, lines, strict=True) if line.outcome == Outcome.NEW]
    if new:
        _take_away(ledger, new)
    changed = [(row, line) for row, line in zip(rows, lines, strict=True) if line.outcome == Outcome.CHANGED]
    if changed:
        _restore(ledger, changed, by)


def _stands(ledger: Ledger, row: Row, line: Any, upload: Upload) -> bool:
    """Is what the line wrote still what is stored? A new row must also be bare of what its file did not bring."""
    if row.outcome != Outcome.UNCHANGED or row.target != line.target or row.before is None:
        return False
    if line.outcome == Outcome.CHANGED:
        return True
    others = [(index, column) for index, (name, column) in enumerate(ledger.fields.items()) if name not in upload.present]
    return all(row.before[index] in (column.cell.empty, None) for index, column in others if not column.derived and not column.key)


def _take_away(ledger: Ledger, rows: list[Row]) -> None:
    parts = ledger.parts()
    targets = [row.target for row in rows]
    if found := dependents(parts, targets):
        raise DomainError(f"导入的{ledger.label}已经有人使用：{'；'.join(found)}。请先处理这些资料，再撤回导入。")
    try:
        with transaction.atomic():
            for part in reversed(parts[1:]):
                bulk.delete(part.model, targets, by=part.by)
            figures.settle()  # what is gone is no longer counted, and nothing derived stands on it
            bulk.delete(parts[0].model, targets, by=parts[0].by)
    except IntegrityError:
        raise DomainError(f"导入的{ledger.label}已经有人使用，不能整体撤回。请在相应页面办理。") from None


def _restore(ledger: Ledger, changed: list[tuple[Row, Any]], by: Any) -> None:
    """Write the old cells over the new ones, by the same way in which the new ones came."""
    names = checking.readable(ledger)
    check = Check(ledger, by=by, present=names, rules=False)
    past = []
    for row, line in changed:
        assert row.before is not None and line.before is not None  # of a changed line  # noqa: S101
        now = {name: ledger.fields[name].cell.render(value) for name, value in zip(ledger.names, row.before, strict=True)}
        past.append((line.number, [{**now, **line.before}[name] for name in names]))
    rows = check.rows(past)
    for row, (_, line) in zip(rows, changed, strict=True):
        row.effects = line.effects or {}
    check.judge(rows)
    if wrong := next((row for row in rows if row.faults), None):
        raise DomainError(f"第 {wrong.number} 行不能恢复，没有撤回：{next(iter(wrong.faults.values()))}")
    writing.write(ledger, rows, by=by)
    ledger.unsettle(rows, by)


def _numbered(numbers: list[int]) -> str:
    shown = "、".join(str(number) for number in numbers[:5])
    return f"第 {shown} 行" if len(numbers) <= 5 else f"第 {shown} 等 {len(numbers)} 行"


def _locked(upload: Upload) -> Upload:
    return Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
