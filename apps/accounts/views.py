from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.forms import SignInForm
from apps.core import held_forms
from apps.core.throttle import SIGN_IN


class SignInView(LoginView):
    """Django's, which also says that a form waits for its sender."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    throttle = SIGN_IN

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(has_held_form=held_forms.KEY in self.request.session, **kwargs)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What axes answers after five failures."""
    context = {"form": SignInForm(request), "locked": True, "next": request.POST.get("next", "")}
    return render(request, "accounts/login.html", context, status=429)
