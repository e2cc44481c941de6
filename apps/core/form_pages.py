"""The page of a plain form: a register's, a setting's. Reports have theirs in apps/core/lifecycle."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from apps.core import held_forms
from apps.core.errors import Conflict, DomainError


class HeldFormMixin:
    """What was typed before the session ended is back in the form (`view.restored`). Goes before any view with Django's FormMixin."""

    request: HttpRequest
    restored = False

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()  # type: ignore[misc]
        if self.request.method == "GET" and (held := held_forms.take(self.request)):
            self.restored = True
            kwargs["data"] = held
        return kwargs


class FormPage(HeldFormMixin):
    """A form whose service may refuse: the sentence stands at its field and nothing typed is lost. Goes before FormView."""

    template_name: str | None = "core/form.html"
    lead = ""
    submit_label = "保存"

    @property
    def title(self) -> str:
        """What the page does, as its heading."""
        raise NotImplementedError

    @property
    def eyebrow(self) -> str:
        """Whom or what the form is about."""
        return ""

    @property
    def back_url(self) -> str:
        """Where saving and cancelling lead."""
        raise NotImplementedError

    def get_success_url(self) -> str:
        return self.back_url

    def save(self, form: Any) -> str:
        """Call the service; returns the sentence that says what happened."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            done = self.save(form)
        except Conflict as conflict:
            return self.conflict(form, conflict)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            return self.form_invalid(form)  # type: ignore[attr-defined]
        messages.success(self.request, done)
        return HttpResponseRedirect(self.get_success_url())

    def conflict(self, form: Any, conflict: Conflict) -> HttpResponse:
        stored = type(form.instance)._default_manager.get(pk=form.instance.pk)
        form.show_theirs(stored)
        form.add_error(None, conflict.message)
        return self.render_to_response(self.get_context_data(form=form), status=409)  # type: ignore[attr-defined]
