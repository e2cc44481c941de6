"""One file: what it would do or has done, and the acts that take it further."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import DetailView, View
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import FormMixin

from apps.core.errors import Conflict, DomainError
from apps.core.guard import Guarded
from apps.core.ledgers.enums import Outcome
from apps.core.ledgers.reading import MAX_ROWS
from apps.core.pages import Pages
from apps.exchange.models import Upload
from apps.exchange.selectors import previews, standings
from apps.exchange.services import uploads
from apps.exchange.views.ledgers import Crumbs, Sending, crumbs
from apps.jobs import progress
from apps.jobs.enums import State as JobState


class UploadPage(Guarded):
    """A file is looked up among those that the user may bring in themselves, their own and their colleagues'."""

    permission = "organizations.view"
    model: Any = Upload
    request: Any
    kwargs: dict[str, Any]

    def get_queryset(self) -> Any:
        known = Upload.objects.visible_to(self.request.user)
        return known.select_related("by", "applied_by", "undone_by", "job", "organization", "county")


class LinePages(Pages):
    """Fifty rows a page, all of a file; how many there are is known from its counts."""

    size, most = 50, MAX_ROWS

    def __init__(self, lines: Any, *, count: int | None) -> None:
        super().__init__(lines, self.size)
        if count is not None:
            self._counted = count


class UploadDetail(UploadPage, Sending, FormMixin, DetailView):
    """Where a file stands, and its rows; a POST sends another one in its place. htmx asks for the progress alone."""

    object: Any

    def get_template_names(self) -> list[str]:
        return ["exchange/standing.html" if self.is_polled else "exchange/upload.html"]

    @property
    def is_polled(self) -> bool:
        return bool(self.request.headers.get("HX-Request"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        if self.is_polled and not standings.is_worked_at(self.object):
            response.headers["HX-Refresh"] = "true"
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def save(self, form: Any) -> str:
        facts = {"ledger": self.object.declared, "file": form.cleaned_data["file"], "instead": self.object}
        self.sent = uploads.send(by=self.request.user, **facts)
        return "改好的文件已收到，正在检查。"

    @cached_property
    def crumbs(self) -> Crumbs:
        ledger = self.object.declared
        return crumbs((f"导入{ledger.label}", reverse("exchange:import", args=[ledger.key])), (str(self.object), None))

    @property
    def state_template(self) -> str:
        return f"exchange/states/{self.object.state}.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        upload: Upload = self.object
        facts: dict[str, Any] = {"upload": upload, "job": upload.job, "standing": progress.of(upload.job) if upload.job else None}
        if self.is_polled:
            return {**facts, "view": self}
        tone, words = standings.standing(upload)
        facts |= {
            "ledger": upload.declared,
            "is_open": standings.is_worked_at(upload),
            "is_stuck": standings.is_stuck(upload),
            "tone": tone,
            "words": words,
            "trouble": _trouble(upload),
        }
        if upload.total:
            facts |= self._rows(upload)
        return super().get_context_data(**facts, **kwargs)

    def _rows(self, upload: Upload) -> dict[str, Any]:
        effects, reasons = previews.effects(upload), previews.reasons(upload)
        lines: Any = upload.lines.filter(county=upload.county_id).order_by("number")
        counts = list(previews.counts(upload, effects.count))
        known = {key: count for key, _, count in counts}
        shown, column = self.request.GET.get("rows", ""), self.request.GET.get("column")
        shown = shown if shown in known else previews.first_shown(upload)
        count: int | None = known[shown]
        if shown == Outcome.WRONG and column in {name for name, _, _ in reasons}:
            lines, count = lines.wrong_in(column), None
        elif shown == previews.HINTED:
            lines = lines.hinted()
        elif shown != previews.ALL:
            lines = lines.of_outcome(shown)
        page = LinePages(lines, count=count).get_page(self.request.GET.get("page"))
        return {
            "counts": counts,
            "effects": effects,
            "reasons": reasons,
            "shown": shown,
            "column": column,
            "pages": {"page": page, "paginator": page.paginator, "prefixed_page_field": "page"},  # as a table has them
            "preview": previews.preview(upload, list(page.object_list)),
        }


def _trouble(upload: Upload) -> str:
    """Why the latest job at it did not come to its end."""
    job = upload.job
    return job.sentence if job and job.state == JobState.FAILED else ""


class UploadAct(UploadPage, SingleObjectMixin, View):
    """A button on a file's page; whatever stands against it is said there."""

    http_method_names = ["post"]
    said = ""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        upload = self.get_object()
        try:
            self.act(upload)
        except Conflict as conflict:
            messages.info(request, conflict.message)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            if self.said:
                messages.success(request, self.said)
        return redirect(upload)

    def act(self, upload: Upload) -> None:
        raise NotImplementedError


class Confirm(UploadAct):
    def act(self, upload: Upload) -> None:
        uploads.confirm(upload=upload, by=self.request.user)


class Drop(UploadAct):
    said = "已放弃这份文件，没有写入任何内容。"

    def act(self, upload: Upload) -> None:
        uploads.drop(upload=upload, by=self.request.user)


class TakeBack(UploadAct):
    def act(self, upload: Upload) -> None:
        uploads.take_back(upload=upload, by=self.request.user)


class Retry(UploadAct):
    def act(self, upload: Upload) -> None:
        uploads.retry(upload=upload, by=self.request.user)
