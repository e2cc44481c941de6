from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import DetailView, TemplateView, View

from apps.audit import services, tables
from apps.audit.enums import Verb
from apps.audit.forms import ActForm, ChangeForm, SearchForm
from apps.audit.models import Act
from apps.audit.selectors import acts, changes, pack, status
from apps.audit.selectors.search import Place
from apps.core import exports
from apps.core.errors import DomainError
from apps.core.guard import Guarded
from apps.core.throttle import EXPORT

SIZE = 50
MOST = 200  # of one request


class LogPage(Guarded, TemplateView):
    """A tab of the log: conditions, a page of rows, and the way to older ones."""

    permission = "audit.view"
    form_class: type[SearchForm]
    selector: Any
    log: str
    name: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = self.form_class(self.request.GET)
        below = Place.read(self.request.GET.get("below", ""))
        page = self.selector.page(form.search(), below=below, size=SIZE) if form.is_valid() else None
        conditions = self.request.GET.copy()
        conditions.pop("below", None)
        found = {"form": form, "page": page, "below": below, "conditions": conditions.urlencode()}
        return super().get_context_data(**found, status=status.status(), **kwargs)


class ActList(LogPage):
    template_name = "audit/acts.html"
    form_class = ActForm
    selector = acts
    log, name = "acts", "操作记录"


class ChangeList(LogPage):
    template_name = "audit/changes.html"
    form_class = ChangeForm
    selector = changes
    log, name = "changes", "数据变更"


class Export(Guarded, View):
    """What was found, as a file; that it was taken is itself in the log."""

    permission = "audit.view"
    throttle = EXPORT

    def get(self, request: HttpRequest, log: str, format: str) -> HttpResponseBase:
        if log not in tables.LOGS or format not in exports.FORMATS:
            raise Http404
        table = tables.LOGS[log]
        form = table.form_class(request.GET)
        if not form.is_valid():
            return HttpResponseRedirect(f"{reverse(table.url_name)}?{request.GET.urlencode()}")
        details = {"format": format, "filters": form.conditions | {"期间": form.period}}
        services.record(Verb.EXPORT, f"操作日志·{table.title}", details=details)
        name = f"{table.title}-{timezone.localtime():%Y%m%d-%H%M}.{format}"
        try:
            return _answer(table, form, format, name)
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(f"{reverse(table.url_name)}?{request.GET.urlencode()}")


def _answer(table: tables.LogTable, form: SearchForm, format: str, name: str) -> HttpResponseBase:
    if format == "xlsx":
        file = exports.workbook([exports.Sheet(table.title, table.head, table.rows(form.search()))])
        return FileResponse(file, as_attachment=True, filename=name, content_type=exports.FORMATS[format])
    lines = exports.csv_lines(table.head, table.rows(form.search()))
    response = StreamingHttpResponse(lines, content_type=exports.FORMATS[format])
    response.headers["Content-Disposition"] = tables.attachment(name)
    return response


class ActDetail(Guarded, DetailView):
    """One act, whole, and what else its request did."""

    permission = "audit.view"
    model = Act
    template_name = "audit/act.html"

    def get_object(self, queryset: Any = None) -> Act:
        return get_object_or_404(Act, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        act = self.object
        together = [line for line in acts.of_request(act.request, most=MOST) if line.act.pk != act.pk]
        return super().get_context_data(
            line=acts.lines([act])[0], acts=together, changes=changes.of_request(act.request, most=MOST), **kwargs
        )


class ChangeDetail(Guarded, TemplateView):
    """One change, before and after in every field, and what else its request did."""

    permission = "audit.view"
    template_name = "audit/change.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = changes.one(self.kwargs["table"], self.kwargs["event"])
        if line is None:
            raise Http404
        request_id = _uuid(line.context.get("request"))
        together = [each for each in changes.of_request(request_id, most=MOST) if (each.log, each.key) != (line.log, line.key)]
        found = acts.of_request(request_id, most=MOST)
        return super().get_context_data(line=line, link=_link(self.request.user, line.row), changes=together, acts=found, **kwargs)


def _link(user: Any, row: Any) -> str:
    """The row's own page, where it has one and the auditor may open it."""
    has_page = hasattr(row, "get_absolute_url") and user.has_perm(f"{row._meta.app_label}.view", row)
    return row.get_absolute_url() if has_page else ""


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


class Person(Guarded, DetailView):
    """One person: their sign-ins and what else they did."""

    permission = "audit.view"
    model = get_user_model()
    template_name = "audit/person.html"
    context_object_name = "person"

    def get_object(self, queryset: Any = None) -> Any:
        return get_object_or_404(get_user_model(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        below = Place.read(self.request.GET.get("below", ""))
        return super().get_context_data(page=acts.of_person(self.object.pk, below=below, size=SIZE), below=below, **kwargs)


class Seals(Guarded, TemplateView):
    """How the seals stand, and what the last verifications said."""

    permission = "audit.view"
    template_name = "audit/seals.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(status=status.status(), verifications=status.verifications(), **kwargs)


class Packs(Guarded, TemplateView):
    """The yearly audit of who can see, and who looked at, adults' personal data."""

    permission = "audit.view"
    template_name = "audit/packs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(years=pack.years(timezone.localdate()), **kwargs)


class Pack(Guarded, View):
    """One year's audit, as a paper or as a workbook; that it was made is in the log."""

    permission = "audit.view"
    throttle = EXPORT

    def get(self, request: HttpRequest, year: int, format: str) -> HttpResponseBase:
        if format not in tables.PACK_FORMATS or year not in pack.years(timezone.localdate()):
            raise Http404
        made = pack.of(year)
        services.record(Verb.EXPORT, f"{year}年个人信息审计报告（{format}）", details={"format": format, "year": year})
        try:
            file, content_type = tables.PACK_FORMATS[format](made)
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(reverse("audit:packs"))
        return FileResponse(file, as_attachment=True, filename=f"{year}年个人信息审计报告.{format}", content_type=content_type)
