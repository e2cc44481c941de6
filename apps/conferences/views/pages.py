"""What the pages of the joint conference share: looking things up among what the user sees, and a form about one of them."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import FormView, View
from django.views.generic.detail import SingleObjectMixin

from apps.core.errors import DomainError
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization

Crumbs = list[tuple[str, str | None]]


def unit_url(unit: Organization) -> str:
    return reverse("conferences:unit", args=[unit.pk])


class ConferencePage(Guarded):
    """Looks its object up among what the user sees: a unit, or a row of its conference."""

    permission = "conferences.view"
    model: Any = Organization
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.COUNTY,)
    related: ClassVar[tuple[str, ...]] = ("organization",)
    object: Any

    def get_queryset(self) -> Any:
        if self.model is Organization:
            return Organization.objects.in_scope(scope_for(self.request.user, "conferences.view")).counties()
        return self.model.objects.visible_to(self.request.user).select_related(*self.related)

    @property
    def unit(self) -> Organization:
        return self.object if isinstance(self.object, Organization) else self.object.organization

    @property
    def crumbs(self) -> Crumbs:
        """A unit's own people have one conference, and begin there."""
        above = [("联席会议", reverse("conferences:list"))] if scope_for(self.request.user, "conferences.view").everything else []
        return [*above, (f"{self.unit}联席会议", unit_url(self.unit)), *self.last_crumbs]

    @property
    def last_crumbs(self) -> Crumbs:
        return []


class ConferenceForm(ConferencePage, FormPage, SingleObjectMixin, FormView):
    """A form about a unit's conference or a row of it; `form_facts` is what the form is made with besides what was posted."""

    permission = "conferences.edit"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().post(request, *args, **kwargs)

    def form_facts(self) -> dict[str, Any]:
        return {}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), **self.form_facts()}

    @property
    def eyebrow(self) -> str:
        return f"{self.unit}联席会议"

    @property
    def back_url(self) -> str:
        return unit_url(self.unit)

    @property
    def last_crumbs(self) -> Crumbs:
        return [(self.title, None)]


class ConferenceAct(ConferencePage, SingleObjectMixin, View):
    """A button; a refusal is said on the page that it leads back to."""

    http_method_names = ["post"]

    def act(self) -> str:
        """Do it; returns the sentence that says what happened."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        back = self.object.get_absolute_url()
        try:
            messages.success(request, self.act())
        except DomainError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(back)
