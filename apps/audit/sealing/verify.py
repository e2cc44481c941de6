"""Does every log still say what was sealed? Recomputes all of it, a few thousand rows at a time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from apps.audit.models import Seal
from apps.audit.sealing import chain, rows
from apps.core import logs
from apps.core.logs import Log

MOST = 1_000  # faults that are named; a log that is altogether different needs no list
ROWS_AT_ONCE = 50_000
SEALS_AT_ONCE = 500


@dataclass(frozen=True)
class Fault:
    """What differs, where."""

    what: str
    table: str = ""
    seal: int | None = None
    row: int | None = None

    def __str__(self) -> str:
        where = [self.table, f"第 {self.seal} 号封存" if self.seal is not None else "", f"记录 {self.row}" if self.row is not None else ""]
        return " ".join(part for part in (*where, self.what) if part)


CHANGED = "内容被修改"
REMOVED = "已被删除"
INSERTED = "是封存之后补入的"
REWRITTEN = "封存本身被改写"
UNSIGNED = "签名不符，封存链可能被重做"
BROKEN = "与上一封存不相接，中间的封存被删除或改写"
CUT = "链头不在封存链中，封存链被截断或重做"
TWICE = "同一记录被封存两次"
UNKNOWN = "表或列已不存在，无法核对"


@dataclass
class Result:
    """How many seals and rows were compared, the chain's head, and what differs."""

    seals: int = 0
    rows: int = 0
    head: str = ""
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.faults

    def found(self, *faults: Fault) -> None:
        self.faults += faults[: MOST - len(self.faults)]

    def __str__(self) -> str:
        return f"{self.seals} 个封存、{self.rows} 条记录" + ("，全部相符" if self.is_sound else f"，发现 {len(self.faults)} 处不符")


def verify(*, head: str = "") -> Result:
    """Recompute every seal and every row; `head` is a digest that somebody noted elsewhere, which must still be in the chain."""
    result = Result()
    with rows.everything():
        rows.same_words()
        known = {each.table: each for each in logs.sealed()}
        have = {table: set(logs.columns(each)) for table, each in known.items()}
        complete_at: datetime | None = None
        head_seen = not head
        for links in _chunks():
            due: dict[int, datetime | None] = {}
            for link in links:
                _check_link(link, result)
                head_seen = head_seen or link.digest == head
                due[link.number] = complete_at
                complete_at = link.at if link.complete else complete_at
            _check_rows(links, known, have, due, result)
        if not head_seen:
            result.found(Fault(CUT))
        _check_rest(list(known.values()), complete_at, result)
    return result


def _chunks() -> Iterator[list[Seal]]:
    """The chain from its beginning, a bounded number of rows at a time."""
    links: list[Seal] = []
    for link in Seal.objects.walk(SEALS_AT_ONCE):
        links.append(link)
        if sum(each.rows for each in links) >= ROWS_AT_ONCE or len(links) >= SEALS_AT_ONCE:
            yield links
            links = []
    yield links


def _check_link(link: Seal, result: Result) -> None:
    follows_on = link.previous == result.head and link.number == result.seals + 1
    if chain.digest(link) != link.digest:
        result.found(Fault(REWRITTEN, link.table, link.number))
    elif not chain.is_signed(link):
        result.found(Fault(UNSIGNED, link.table, link.number))
    if not follows_on:
        result.found(Fault(BROKEN, link.table, link.number))
    result.seals, result.rows, result.head = link.number, result.rows + link.rows, link.digest


def _check_rows(
    links: Sequence[Seal], known: dict[str, Log], have: dict[str, set[str]], due: dict[int, datetime | None], result: Result
) -> None:
    """`due` says for each seal up to when all had been sealed before it."""
    alike: dict[tuple[str, tuple[str, ...]], list[Seal]] = defaultdict(list)
    for link in links:
        if set(link.columns) <= have.get(link.table, set()):
            alike[link.table, tuple(link.columns)].append(link)
        else:
            result.found(Fault(UNKNOWN, link.table, link.number))
    for (table, columns), sealed in alike.items():
        by_number = {link.number: link for link in sealed}
        for each in rows.compare(known[table], columns, list(by_number)):
            link, since = by_number[each.number], due[each.number]
            if not each.agrees:
                result.found(*_differences(known[table], columns, link))
            if since and each.oldest and each.oldest < since - rows.LONGEST:
                result.found(Fault(INSERTED, table, link.number))


def _differences(table: Log, columns: Sequence[str], link: Seal) -> Iterator[Fault]:
    """Row by row. Were the ids or the leaves of the seal itself rewritten, that has been said already."""
    now = rows.leaves_now(table, columns, link.ids)
    ids, size = rows.ids_of(link.ids), len(link.leaves) // 32
    if len(ids) != size:
        return
    for position, key in enumerate(ids):
        if key not in now:
            yield Fault(REMOVED, table.table, link.number, key)
        elif now[key] != bytes(link.leaves[32 * position : 32 * position + 32]):
            yield Fault(CHANGED, table.table, link.number, key)


def _check_rest(known: Sequence[Log], complete_at: datetime | None, result: Result) -> None:
    """Rows without a seal that should have one, and rows with two."""
    result.found(*(Fault(TWICE, table) for table in rows.sealed_twice()))
    if complete_at is None:
        return
    for each in known:
        for key, at in rows.unsealed(each, most=MOST):
            if at < complete_at - rows.LONGEST:
                result.found(Fault(INSERTED, each.table, row=key))
