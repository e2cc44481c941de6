"""The ledgers that somebody may bring in or take out, what has been brought in, and the page on which a file is sent."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.generic import FormView
from django_filters.views import FilterView

from apps.audit.taking import Taken
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.core.ledgers import registry
from apps.core.ledgers.ledger import Ledger
from apps.core.pages import Pages
from apps.core.tables import arranged
from apps.exchange.filters import UploadFilter
from apps.exchange.forms import UploadForm
from apps.exchange.models import Upload
from apps.exchange.selectors import standings
from apps.exchange.services import uploads
from apps.exchange.tables import UploadTable
from apps.organizations.grants import grants_of

Crumbs = list[tuple[str, str | None]]


def crumbs(*more: tuple[str, str | None]) -> Crumbs:
    return [("台账导入导出", reverse("exchange:home")), *more]


class Home(Guarded, Taken, FilterView):
    """Each ledger with what may be done with it, and what has been imported."""

    permission = "organizations.view"
    template_name = "exchange/home.html"
    filterset_class = UploadFilter
    strict = False

    def get_queryset(self) -> Any:
        return Upload.objects.visible_to(self.request.user).select_related("by", "job")

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        return {**super().get_filterset_kwargs(filterset_class), "ledgers": standings.brought_by(self.request.user)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        table = arranged(self.request, UploadTable(self.object_list), pages=Pages)
        return super().get_context_data(offers=standings.offers(self.request.user), table=table, **kwargs)


class OfLedger:
    """A page of the ledger that the address names. Goes behind Guarded, which asks first whether there is a role at all."""

    request: HttpRequest
    kwargs: dict[str, Any]
    ledger: Ledger
    brings = True  # rows in, which not every ledger takes

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = registry.find(self.kwargs["key"])
        if found is None or (self.brings and not found.imports):
            raise Http404
        if self.asked_of(found) not in grants_of(request.user):
            raise PermissionDenied(f"您的角色不能办理“{found.label}”台账；如需办理，请联系市少工委办公室。")
        self.ledger = found
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def asked_of(self, ledger: Ledger) -> str:
        """The permission that the page asks for."""
        return ledger.permission


class Sending(FormPage):
    """A form that sends a file. One that was sent when the session had ended is to be chosen again: a file is not held."""

    form_class: Any = UploadForm
    sent: Upload

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if self.restored:
            del kwargs["data"]
        return kwargs

    def get_success_url(self) -> str:
        return self.sent.get_absolute_url()


class Import(Guarded, OfLedger, Sending, FormView):
    """How a ledger is brought in, and the form that does it."""

    permission = "organizations.view"
    template_name = "exchange/import.html"

    def save(self, form: Any) -> str:
        self.sent = uploads.send(ledger=self.ledger, file=form.cleaned_data["file"], by=self.request.user)
        return "文件已收到，正在检查。检查完先给您看结果，确认之前不写入任何内容。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = Upload.objects.visible_to(self.request.user).of_ledger(self.ledger.key).waiting_for(self.request.user)
        return super().get_context_data(
            ledger=self.ledger,
            columns=[column for column in self.ledger.columns if not column.derived],
            waiting=waiting[:3],
            crumbs=crumbs((f"导入{self.ledger.label}", None)),
            **kwargs,
        )
