"""What the pages about people share: looking somebody up, and acts in two steps that work without JavaScript."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.form_pages import FormPage
from apps.core.guard import Guarded
from apps.people import rules
from apps.people.models import Person
from apps.people.services.accounts import Opened

Crumbs = list[tuple[str, str | None]]
HOME: tuple[str, str] = ("人员账号", "people:list")


def crumbs(*more: tuple[str, str | None]) -> Crumbs:
    return [(HOME[0], reverse(HOME[1])), *more]


class PersonMixin(Guarded):
    """Looks somebody up among the people whom the user sees."""

    permission = "people.view"
    model = Person

    def get_queryset(self) -> Any:
        return Person.objects.visible_to(self.request.user).with_state(timezone.now()).with_posts(self.request.user)


class KeeperMixin(PersonMixin):
    """For whoever keeps this account; anybody else is told why not and who does."""

    permission = "people.manage"

    def get_object(self, queryset: Any = None) -> Any:
        found = super(Guarded, self).get_object(queryset)  # type: ignore[misc]  # Guarded asks a simpler question
        if reason := rules.why_not(by=self.request.user, person=found):
            raise PermissionDenied(reason)
        return found


class TwoSteps(FormPage):
    """Fill in, look at what it would mean, confirm: the second page carries the form along and changes nothing by itself.

    `confirm` is the button that acts, `back` the one that returns to the form with everything still in it.
    """

    confirm_template: str

    def preview(self, form: Any) -> dict[str, Any]:
        """What the confirmation page says will happen."""
        raise NotImplementedError

    def act(self, form: Any) -> HttpResponse:
        """Do it. Raises DomainError with a sentence for the form."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        posted = self.request.POST
        if "back" in posted:
            return self.render_to_response(self.get_context_data(form=form))  # type: ignore[attr-defined]
        try:
            if "confirm" in posted:
                return self.act(form)
            context = self.get_context_data(form=form, **self.preview(form))  # type: ignore[attr-defined]
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            return self.form_invalid(form)  # type: ignore[attr-defined]
        return render(self.request, self.confirm_template, context)


class ObjectForm:
    """A form about one object: looked up before the form is made."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()  # type: ignore[attr-defined]
        return super().get(request, *args, **kwargs)  # type: ignore[misc]

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()  # type: ignore[attr-defined]
        return super().post(request, *args, **kwargs)  # type: ignore[misc]


def codes(request: Any, opened: Iterable[Opened], *, title: str, **context: Any) -> HttpResponse:
    """The page with the codes: the answer to the act itself, for they are kept nowhere and cannot be shown again."""
    context = {"opened": list(opened), "title": title, "crumbs": crumbs((title, None)), **context}
    return render(request, "people/codes.html", context)
