"""The second factor: giving its code at sign-in, setting it up, its recovery codes, doing without it."""

from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView
from django_otp.plugins.otp_totp.models import TOTPDevice

from apps.accounts.forms import CodeForm, PasswordAgainForm, SetUpForm
from apps.accounts.services import second_factor
from apps.accounts.views.account import confirm
from apps.accounts.views.sign_in import LockablePage
from apps.core.errors import DomainError
from apps.core.form_pages import FormPage
from apps.core.guard import SIGNED_IN, Guarded

KEY, CODES = "second_factor_key", "recovery_codes"  # in the session: the secret of an app not yet in use; codes not yet shown


class Verify(Guarded, RedirectURLMixin, FormView):
    """After the password, the code."""

    permission = SIGNED_IN
    template_name = "accounts/verify.html"
    form_class = CodeForm
    next_page = settings.LOGIN_REDIRECT_URL
    secret = True
    request: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.request.owed != "accounts:verify":
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.request.user
        try:
            left = second_factor.verify(user=user, code=form.cleaned_data["code"])
        except DomainError as error:
            form.add_error("code", error.message)
            status = 429 if isinstance(error, second_factor.Locked) else 200
            return self.render_to_response(self.get_context_data(form=form), status=status)
        self.request.session.cycle_key()
        second_factor.note(user, self.request.session)
        if left is not None:
            messages.warning(self.request, f"您用了一个恢复码，还剩 {left} 个。如手机已不在身边，请在“我的账号”中更换验证器。")
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **kwargs)


class SetUp(LockablePage, Guarded, RedirectURLMixin, FormView):
    """A code app is taken into use, the first or in the place of another."""

    permission = SIGNED_IN
    template_name = "accounts/second_factor.html"
    form_class = SetUpForm
    secret = True
    request: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "asks_password": self.request.user.second_factor_at is not None}

    def form_valid(self, form: Any) -> HttpResponse:
        user, session, data = self.request.user, self.request.session, form.cleaned_data
        try:
            if "password" in data:
                confirm(self.request, data["password"], field="password")
            session[CODES] = second_factor.set_up(user=user, key=self._key(), code=data["code"], session_key=session.session_key)
        except DomainError as error:
            form.add_error(error.field, error.message)
            return self.form_invalid(form)
        del session[KEY]
        session.cycle_key()
        second_factor.note(user, session)
        return HttpResponseRedirect(_codes_page(self.get_redirect_url()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        device = TOTPDevice(user=self.request.user, key=self._key())
        return super().get_context_data(
            next=self.get_redirect_url(),
            secret_text=second_factor.as_text(device.key),
            picture=segno.make(device.config_url, error="l").svg_data_uri(scale=5, border=2, dark="#1c2026", light="#fff"),
            **kwargs,
        )

    def _key(self) -> str:
        """The same secret until it is in use, so that the picture stays the one that was photographed."""
        return self.request.session.setdefault(KEY, second_factor.new_key())


class RecoveryCodes(Guarded, RedirectURLMixin, TemplateView):
    """The recovery codes that were just made, once."""

    permission = SIGNED_IN
    template_name = "accounts/recovery_codes.html"
    next_page = "accounts:account"
    request: Any

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        codes = request.session.pop(CODES, None)
        if codes is None:
            messages.info(request, "恢复码只显示一次。如果没有保存，请重新生成。")
            return HttpResponseRedirect(self.get_success_url())
        return self.render_to_response(self.get_context_data(codes=codes, onward=self.get_success_url()))


class OwnSecret(LockablePage, Guarded, FormPage, FormView):
    """Something that asks for the password again."""

    permission = SIGNED_IN
    form_class = PasswordAgainForm
    template_name = "accounts/password_again.html"
    eyebrow = "第二重验证"
    secret = True
    request: Any

    @property
    def back_url(self) -> str:
        return reverse("accounts:account")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.request.user.second_factor_at is None:
            messages.info(request, "您还没有启用第二重验证。")
            return HttpResponseRedirect(self.back_url)
        return super().dispatch(request, *args, **kwargs)

    def save(self, form: Any) -> str:
        confirm(self.request, form.cleaned_data["password"], field="password")
        return self.act()

    def act(self) -> str:
        """What is done once the password is right; returns the sentence that says so."""
        raise NotImplementedError


class RenewCodes(OwnSecret):
    """Ten new recovery codes in the place of the old."""

    title = "重新生成恢复码"
    lead = "生成后，原来的恢复码全部作废。"
    submit_label = "重新生成"

    def act(self) -> str:
        self.request.session[CODES] = second_factor.renew_recovery_codes(user=self.request.user)
        return "已重新生成恢复码。"

    def get_success_url(self) -> str:
        return _codes_page("")


class Remove(OwnSecret):
    """The second factor is given up."""

    title = "停用第二重验证"
    lead = "停用后，登录只需要密码，恢复码同时作废。如您的角色要求第二重验证，须立即重新设置。"
    submit_label = "停用"

    def act(self) -> str:
        second_factor.remove(user=self.request.user)
        return "第二重验证已停用。"


def _codes_page(onward: str) -> str:
    query = f"?{urlencode({'next': onward})}" if onward else ""
    return f"{reverse('accounts:recovery_codes')}{query}"
