"""The log's rows as lines of a file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any
from urllib.parse import quote

from django.utils import timezone

from apps.audit.forms import ActForm, ChangeForm, SearchForm
from apps.audit.selectors import acts, changes, words
from apps.audit.selectors.pack import Pack
from apps.audit.selectors.search import Search
from apps.core import documents, exports, scope

STEP = 1_000


@dataclass(frozen=True)
class LogTable:
    """A tab of the log: its name, its conditions, and its rows as a file has them."""

    title: str
    url_name: str
    form_class: type[SearchForm]
    head: Sequence[str]
    pages: Callable[..., Iterator[Iterable[Any]]]
    row: Callable[[Any], Sequence[Any]]

    def rows(self, search: Search) -> Iterator[Sequence[Any]]:
        """Page by page, each in a transaction of its own: a file is sent after its request has ended, as slowly as somebody takes it."""
        pages = self.pages(search, step=STEP)
        while True:
            with scope.opened(scope.EVERYTHING):  # whoever may read the log sees the whole city
                page = next(pages, None)
            if page is None:
                return
            yield from (self.row(line) for line in page)


def _act(line: acts.Line) -> Sequence[Any]:
    act = line.act
    details = "；".join(f"{name}：{text}" for name, text in line.details)
    known = (line.who, act.user or "", act.role, line.organization, act.about, details)
    return (_moment(act.at), act.get_verb_display(), *known, str(act.request or ""), act.address or "", act.url)


def _change(line: changes.Line) -> Sequence[Any]:
    said = "\n".join(f"{each.label}：{each.old or words.EMPTY} → {each.new or words.EMPTY}" for each in line.differences)
    context = line.context
    who = (line.who, context.get("user") or "", context.get("role", ""), line.organization, line.job)
    where = (context.get("request") or "", context.get("address") or "", context.get("url") or "")
    return (_moment(line.at), line.kind, line.subject, line.label_words, said, *who, *where)


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


LOGS = {
    "acts": LogTable(
        "操作记录",
        "audit:acts",
        ActForm,
        "时间 操作 人员 账号编号 身份 单位 内容 详情 请求编号 来源地址 页面".split(),
        acts.walk,
        _act,
    ),
    "changes": LogTable(
        "数据变更",
        "audit:changes",
        ChangeForm,
        "时间 资料 记录 变更 内容 人员 账号编号 身份 单位 命令或任务 请求编号 来源地址 页面".split(),
        changes.walk,
        _change,
    ),
}


def attachment(name: str) -> str:
    """The header that says: save it, under this name."""
    return f"attachment; filename*=UTF-8''{quote(name)}"


def _pdf(pack: Pack) -> tuple[IO[bytes], str]:
    return BytesIO(documents.pdf("audit/pack.html", {"pack": pack})), documents.PDF


def _workbook(pack: Pack) -> tuple[IO[bytes], str]:
    return exports.workbook(exports.Sheet(part.short, part.head, part.rows) for part in pack.parts), exports.FORMATS["xlsx"]


PACK_FORMATS: dict[str, Callable[[Pack], tuple[IO[bytes], str]]] = {"pdf": _pdf, "xlsx": _workbook}
