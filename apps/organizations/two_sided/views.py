"""Pages that every two-sided report has beside those of the lifecycle: choosing the other school, for a new report and for a draft."""

from types import ModuleType
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView
from django.views.generic.detail import SingleObjectMixin

from apps.core.errors import DomainError
from apps.core.guard import Guarded
from apps.core.lifecycle.rules import locked_sentence
from apps.core.lifecycle.views import ReportMixin, version_of
from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.organizations.two_sided.forms import PartnerForm, SchoolSearch
from apps.organizations.two_sided.models import RELATED, TwoSidedReport


class PartnerPicker(TemplateView):
    """Search, then choose: a GET shows schools (only the results to htmx), a POST names one. Works without JavaScript, and on a phone."""

    template_name = "organizations/two_sided/pick.html"
    page_size = 12
    title = "选择对方学校"
    lead = ""
    choice_note = "选择后生成草稿，提交之前还可以更换。"
    year: int | None = None  # of the draft, where there is one
    organization: Organization  # one's own school

    def choose(self, partner: Organization, year: int) -> TwoSidedReport:
        """Write the choice. Raises DomainError with a sentence for the page."""
        raise NotImplementedError

    def get_template_names(self) -> list[str]:
        return ["organizations/two_sided/results.html"] if self.request.headers.get("HX-Request") else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = self.organization
        asked = {"year": self.year or timezone.localdate().year, "county": own.county_id, **self.request.GET.dict()}
        search = SchoolSearch(asked, year=self.year)
        page = Paginator(search.schools(own), self.page_size).get_page(self.request.GET.get("page"))
        chosen_year = search.cleaned_data.get("year") or timezone.localdate().year
        return super().get_context_data(own=own, search=search, page=page, chosen_year=chosen_year, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PartnerForm(request.POST, year=self.year)
        if form.is_valid():
            try:
                report = self.choose(form.cleaned_data["partner"], form.cleaned_data["year"])
            except DomainError as error:
                form.add_error("partner", error.message)
            else:
                return redirect(f"{report._meta.app_label}:edit", report.pk)
        return self.render_to_response(self.get_context_data(form=form), status=422)


class BeginReport(Guarded, PartnerPicker):
    """A new report begins with the other school; the POST that names it makes the draft."""

    model: type[TwoSidedReport]
    services: ModuleType
    room: str

    @cached_property
    def organization(self) -> Organization:  # type: ignore[override]
        """One's own school."""
        own = Organization.objects.in_scope(scope_for(self.request.user, self.permission)).of_kind(Kind.SCHOOL)
        return own.select_related("county", "parent").get()

    def choose(self, partner: Organization, year: int) -> TwoSidedReport:
        return self.services.draft(organization=self.organization, partner=partner, year=year, by=self.request.user)

    @property
    def crumbs(self) -> list[tuple[str, str | None]]:
        return [(self.room, reverse(f"{self.model._meta.app_label}:list")), (self.title, None)]


class ChangePartner(ReportMixin, SingleObjectMixin, PartnerPicker):
    """Another school, or another year, for a draft."""

    object: Any
    related: tuple[str, ...] = RELATED
    choice_note = "选择后代替原来的学校。"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.take()
        if not self.object.is_editable:
            messages.warning(request, locked_sentence(self.object))
            return self.to("detail")
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.take()
        return super().post(request, *args, **kwargs)

    def take(self) -> None:
        self.object = self.get_object()
        self.organization, self.year = self.object.organization, self.object.year

    def choose(self, partner: Organization, year: int) -> TwoSidedReport:
        version = version_of(self.request)
        return self.services.change_partner(report=self.object, partner=partner, year=year, by=self.request.user, version=version)
