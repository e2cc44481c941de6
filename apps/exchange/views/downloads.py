"""Files that leave: a ledger to fill in, a ledger as it is, an upload with its faults in red, and an upload as it came."""

import logging
from io import BytesIO
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import DetailView, View

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import exports
from apps.core.guard import Guarded
from apps.core.ledgers import sheets
from apps.core.ledgers.ledger import Ledger
from apps.core.throttle import EXPORT
from apps.exchange.services import exports as services
from apps.exchange.views.ledgers import OfLedger
from apps.exchange.views.uploads import UploadPage

log = logging.getLogger(__name__)


def _workbook(file: Any, name: str) -> FileResponse:
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=exports.FORMATS["xlsx"])


class Template(Guarded, OfLedger, View):
    """The workbook to fill in, with what is known already."""

    permission = "organizations.view"
    throttle = EXPORT

    def get(self, request: HttpRequest, **kwargs: Any) -> FileResponse:
        ledger, user = self.ledger, request.user
        file = sheets.template(ledger, rows=ledger.prefilled(user), offered=ledger.offered(user))
        return _workbook(file, f"{ledger.label}台账模板")


class Export(Guarded, OfLedger, View):
    """The ledger's rows that the user sees; it may be changed and brought in again."""

    permission = "organizations.view"
    throttle = EXPORT
    brings = False

    def asked_of(self, ledger: Ledger) -> str:
        return ledger.reading

    def get(self, request: HttpRequest, *, format: str, **kwargs: Any) -> Any:
        if format not in exports.FORMATS:
            raise Http404
        ledger = self.ledger
        rows = ledger.listed(request.user)
        count = rows.order_by().count()
        if count > exports.MAX_ROWS:
            return redirect(services.ask(ledger=ledger, format=format, by=request.user))
        audit.record(Verb.EXPORT, f"{ledger.label}台账，{count} 行", details={"ledger": ledger.key, "count": count})
        name, cells = f"{ledger.label}台账{timezone.localdate():%Y%m%d}", ledger.sheet_rows(rows)
        if format == "xlsx":
            return _workbook(sheets.book(ledger, cells), name)
        file = BytesIO(b"".join(sheets.csv_lines(ledger, cells)))
        return FileResponse(file, as_attachment=True, filename=f"{name}.csv", content_type=exports.FORMATS["csv"])


class Corrected(UploadPage, DetailView):
    """The file given back with what is wrong in red, each with its reason."""

    throttle = EXPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        upload = self.get_object()
        if not upload.wrong:
            raise Http404
        lines = upload.lines.filter(county=upload.county_id).order_by("number").only("number", "cells", "faults", "upload", "county")
        file = sheets.corrected(upload.declared, lines.iterator(chunk_size=2000), present=upload.present)
        return _workbook(file, f"{upload.filename.rpartition('.')[0] or upload.filename}（标红）")


class Original(UploadPage, DetailView):
    """The file as it was sent; that it was fetched is in the log."""

    throttle = EXPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        upload = self.get_object()
        try:
            file = upload.file.open()
        except FileNotFoundError:
            log.exception("upload %s has lost its file", upload.pk)
            raise Http404 from None
        audit.record(Verb.DOWNLOAD, f"{upload.declared.label}台账“{upload}”", details={"upload": upload.pk, "size": upload.size})
        return FileResponse(file, as_attachment=True, filename=upload.filename, content_type="application/octet-stream")
