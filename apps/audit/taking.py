"""Lists that can be taken along: what a page shows, as filtered and as sorted, as a file. The log keeps who took what, and how much."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import IO, Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from django.utils import timezone

from apps.audit import services
from apps.audit.enums import Verb
from apps.core import exports
from apps.core.errors import DomainError
from apps.core.ledgers import registry, sheets
from apps.core.ledgers.ledger import Ledger
from apps.core.tables import Table
from apps.core.throttle import AS_FILE, LIST

WHICH = "table"  # in the address: one of the page's tables
FITTED = 200  # rows that the widths of a sheet are taken from


class Taken:
    """Mixin for the view of a list. `?export=xlsx` or `csv` on the list's own address answers with the rows of the table that the page
    shows; whoever may not open the page gets no file, and no condition is read twice.
    """

    throttle = LIST
    request: HttpRequest

    def tables(self, context: dict[str, Any]) -> dict[str, Table]:
        """What can be taken, by the names in the address; the first where none is named."""
        return {"table": context["table"]} if context.get("table") is not None else {}

    def ledger_of(self, name: str, context: dict[str, Any]) -> str:
        """The ledger whose rows a table shows: the file is the ledger's then, and can be brought in again."""
        return ""

    @property
    def format(self) -> str:
        """As which kind of file the list is asked for; empty where a page is."""
        asked = self.request.GET.get(AS_FILE, "")
        return asked if asked in exports.FORMATS else ""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        if not self.format:
            return super().render_to_response(context, **kwargs)  # type: ignore[misc]
        found = self.tables(context)
        name = self.request.GET.get(WHICH) or next(iter(found), "")
        if name not in found:
            raise Http404
        try:
            return self._file(found[name], registry.find(self.ledger_of(name, context)), words(context.get("filter")))
        except DomainError as error:
            messages.error(self.request, error.message)
            return HttpResponseRedirect(without_file(self.request))

    def _file(self, table: Table, ledger: Ledger | None, filters: dict[str, str]) -> FileResponse:
        title, count = table.named, len(table.rows)
        if count > exports.MAX_ROWS and (ledger is None or self.format == "xlsx"):
            raise DomainError(f"共 {count} 条，超过 {exports.MAX_ROWS} 条，一个文件装不下。请增加条件再导出。")
        file = _ledger_file(ledger, table, self.format) if ledger else _table_file(table, self.format)
        details = {"format": self.format, "filters": filters, "count": count}
        services.record(Verb.EXPORT, f"{title}，{count} 条", details=details)
        name = f"{title}{timezone.localdate():%Y%m%d}.{self.format}"
        return FileResponse(file, as_attachment=True, filename=name, content_type=exports.FORMATS[self.format])


def words(filterset: Any) -> dict[str, str]:
    """What a list was narrowed to, in words, for the log."""
    form = getattr(filterset, "form", None)
    if form is None or not form.is_valid():
        return {}
    return {_label(form, name): _said(form.fields[name], value) for name, value in form.cleaned_data.items() if value not in (None, "")}


def without_file(request: HttpRequest) -> str:
    """The page that the file was asked from."""
    query = request.GET.copy()
    for name in (AS_FILE, WHICH):
        query.pop(name, None)
    return f"{request.path}{'?' if query else ''}{query.urlencode()}"


def _label(form: Any, name: str) -> str:
    return str(form.fields[name].label or form[name].label)


def _said(field: Any, value: Any) -> str:
    """A choice by its label: the log is read by people."""
    if isinstance(value, str):
        for key, label in _flat(getattr(field, "choices", ())):
            if str(key) == value:
                return str(label)
    return str(value)


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


def _ledger_file(ledger: Ledger, table: Table, format: str) -> IO[bytes]:
    rows = ledger.sheet_rows(ledger.arranged(table.data.data))
    return sheets.book(ledger, rows) if format == "xlsx" else _joined(sheets.csv_lines(ledger, rows))


def _table_file(table: Table, format: str) -> IO[bytes]:
    head, rows = table.plain()
    if format == "csv":
        return _joined(exports.csv_lines(head, rows))
    made: list[Sequence[Any]] = list(rows)
    return exports.workbook([exports.Sheet(table.named[:31], head, made, exports.widths(head, *made[:FITTED]))])


def _joined(lines: Iterator[bytes]) -> IO[bytes]:
    file = BytesIO()
    file.writelines(lines)
    file.seek(0)
    return file
