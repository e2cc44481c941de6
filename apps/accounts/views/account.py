"""One's own account: who I am here, where I am signed in, my password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView, View

from apps.accounts import selectors
from apps.accounts.forms import PasswordForm
from apps.accounts.services import passwords, second_factor, sessions
from apps.accounts.views.sign_in import LockablePage, is_locked
from apps.core.errors import DomainError
from apps.core.guard import SIGNED_IN, Guarded

WRONG = "当前密码不正确，请重新输入。连续 5 次不正确，将锁定 30 分钟。"
LOCKED = "密码连续 5 次不正确，请 30 分钟后再试。"


def confirm(request: Any, password: str, *, field: str) -> None:
    """Is it the password of whoever is signed in? A wrong one counts as a failed sign-in."""
    if authenticate(request, username=request.user.username, password=password) is None:
        raise DomainError(LOCKED if is_locked(request) else WRONG, field=field)


class Account(Guarded, TemplateView):
    """My account."""

    permission = SIGNED_IN
    template_name = "accounts/account.html"
    request: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            devices=selectors.devices(user, self.request.session.session_key),
            codes_left=second_factor.recovery_codes_left(user) if user.second_factor_at else 0,
            **kwargs,
        )


class EndSessions(Guarded, View):
    """Signs me out of one other browser, or of all others; bites on their next request."""

    permission = SIGNED_IN
    http_method_names = ["post"]

    def post(self, request: Any) -> HttpResponse:
        if "others" in request.POST:
            ended = sessions.end_all(user=request.user, except_key=request.session.session_key)
        else:
            ended = sessions.end(user=request.user, handle=request.POST.get("handle", ""))
        if ended:
            messages.success(request, f"已退出 {ended} 个登录。")
        else:
            messages.info(request, "没有需要退出的登录：它可能已经退出或过期。")
        return HttpResponseRedirect(reverse("accounts:account"))


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Password(LockablePage, Guarded, RedirectURLMixin, FormView):
    """Changing my password; the first page of all for whoever was given one."""

    permission = SIGNED_IN
    template_name = "accounts/password.html"
    form_class = PasswordForm
    next_page = "accounts:account"
    secret = True
    request: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        user, data = self.request.user, form.cleaned_data
        try:
            confirm(self.request, data["old_password"], field="old_password")
            passwords.choose(user=user, password=data["new_password"], session_key=self.request.session.session_key)
        except DomainError as error:
            form.add_error(error.field, error.message)
            return self.form_invalid(form)
        update_session_auth_hash(self.request, user)
        messages.success(self.request, "密码已更改，其他浏览器上的登录已全部退出。")
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **kwargs)
