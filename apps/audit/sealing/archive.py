"""Sealed rows in a file that can be checked without the portal's database. Nothing is deleted: the log stays where it is.

The file is gzip; its lines are JSON: one head, then for each seal one object and its rows, each an array as it was sealed.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TextIO

from django.utils import timezone

from apps.audit.models import Seal
from apps.audit.sealing import chain, rows
from apps.audit.sealing.verify import BROKEN, CHANGED, CUT, REWRITTEN, UNSIGNED, Fault, Result
from apps.core import logs
from apps.core.errors import DomainError

FORMAT = "jiaxing-audit-1"
KEPT = timedelta(days=180)  # the law's six months: what is younger stays in reach of everybody's hands
FIELDS = ("number", "table", "ids", "rows", "up_to", "columns", "complete", "previous", "digest", "mac")


def write(*, before: date, folder: Path, first: int = 1) -> tuple[Path, int, int]:
    """Write the seals from `first` that were made before a day, and their rows; returns the file, how many seals, how many rows."""
    if before > timezone.localdate() - KEPT:
        raise DomainError(f"只能归档满 {KEPT.days} 天的日志，请填写 {timezone.localdate() - KEPT} 或更早的日期。")
    moment = timezone.make_aware(datetime.combine(before, time.min))
    with rows.everything():
        rows.same_words()
        links = Seal.objects.made_before(moment).after(first - 1)
        last = links.last()
        if last is None:
            raise DomainError(f"{before} 以前没有尚未归档的封存。")
        path = folder / f"audit-{first}-{last.number}.jsonl.gz"
        if path.exists():
            raise DomainError(f"{path} 已经存在，没有覆盖。")
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with gzip.open(part, "wt", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps({"format": FORMAT, "first": first, "last": last.number}) + "\n")
            seals, written = _write(file, links.walk(100))
        part.rename(path)
    return path, seals, written


def _write(file: TextIO, links: Iterator[Seal]) -> tuple[int, int]:
    tables = {log.table: log for log in logs.sealed()}
    seals = written = 0
    for link in links:
        file.write(json.dumps({"at": link.at.isoformat(), **{name: getattr(link, name) for name in FIELDS}}, ensure_ascii=False) + "\n")
        leaves = b""
        for text in rows.lines_now(tables[link.table], link.columns, link.ids):
            file.write(text + "\n")
            leaves += hashlib.sha256(text.encode()).digest()
        if leaves != bytes(link.leaves):
            raise DomainError(f"{link.table} {link}与现在的记录不符，没有归档。请先运行 manage.py audit verify 查明原因。")
        seals, written = seals + 1, written + link.rows
    return seals, written


def verify(path: Path, *, head: str = "") -> Result:
    """Check a file by itself: its rows against its seals, its seals against each other and the key."""
    result, head_seen = Result(), not head
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            opening = json.loads(file.readline() or "{}")
            if not isinstance(opening, dict) or opening.get("format") != FORMAT:
                raise DomainError(f"{path} 不是日志归档文件。")
            link = None
            for said in iter(file.readline, ""):
                before, link = link, _read_link(json.loads(said))
                _check(link, before, file, result, first=opening["first"])
                head_seen = head_seen or link.digest == head
            if link is None or link.number != opening["last"] or not head_seen:
                result.found(Fault(CUT))
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise DomainError(f"{path} 已损坏，无法读取（{type(error).__name__}）。") from error
    return result


def _read_link(said: dict[str, Any]) -> Seal:
    return Seal(at=datetime.fromisoformat(said["at"]), leaves=b"", **{name: said[name] for name in FIELDS})


def _check(link: Seal, before: Seal | None, file: TextIO, result: Result, *, first: int) -> None:
    link.leaves = b"".join(hashlib.sha256(file.readline().rstrip("\n").encode()).digest() for _ in range(link.rows))
    if chain.digest(link) != link.digest:
        result.found(Fault(f"{CHANGED}，或{REWRITTEN}", link.table, link.number))
    elif not chain.is_signed(link):
        result.found(Fault(UNSIGNED, link.table, link.number))
    if link.number != (before.number + 1 if before else first) or (before and link.previous != before.digest):
        result.found(Fault(BROKEN, link.table, link.number))
    result.seals, result.rows, result.head = result.seals + 1, result.rows + link.rows, link.digest
