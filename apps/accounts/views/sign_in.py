"""The ways in: account and password, or an activation code."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from apps.accounts.forms import ActivationForm, SignInForm
from apps.accounts.services import activations
from apps.core import held_forms
from apps.core.errors import DomainError
from apps.core.throttle import SIGN_IN

BY_PASSWORD = "django.contrib.auth.backends.ModelBackend"  # noqa: S105  a backend


def is_locked(request: HttpRequest) -> bool:
    """Did axes say so, of this request?"""
    return bool(getattr(request, "axes_locked_out", False))


def locked_out(request: HttpRequest, response: HttpResponse, credentials: Any) -> HttpResponse:
    """What axes answers after five failures: each page says it in its own place."""
    return response


class LockablePage:
    """A page whose wrong answers count as failed sign-ins. Goes before FormView."""

    request: HttpRequest

    def form_invalid(self, form: Any) -> HttpResponse:
        locked = is_locked(self.request)
        context = self.get_context_data(form=form, locked=locked)  # type: ignore[attr-defined]
        return self.render_to_response(context, status=429 if locked else 200)  # type: ignore[attr-defined]


class SignInView(LockablePage, LoginView):
    """Django's, which also says that a form waits for its sender."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    throttle = SIGN_IN

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(has_held_form=held_forms.KEY in self.request.session, has_provider=settings.OIDC_ENABLED, **kwargs)


@method_decorator([login_not_required, sensitive_post_parameters()], name="dispatch")
class Activate(LockablePage, RedirectURLMixin, FormView):
    """Somebody sets their own password with the code they were given, and is signed in."""

    template_name = "accounts/activate.html"
    form_class = ActivationForm
    next_page = settings.LOGIN_REDIRECT_URL
    throttle = SIGN_IN
    secret = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        code = form.cleaned_data["code"]
        user: Any = authenticate(self.request, username=form.cleaned_data["username"], activation_token=code)
        try:
            if user is None:
                raise DomainError(activations.REFUSED)
            activations.use(user=user, code=code, password=form.cleaned_data["new_password"])
        except DomainError as error:
            form.add_error(error.field, error.message)
            return self.form_invalid(form)
        login(self.request, user, backend=BY_PASSWORD)
        messages.success(self.request, "密码已设置，您已登录。以后请用账号和新密码登录。")
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **kwargs)
