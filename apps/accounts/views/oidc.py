"""Sign-in through the unified identity provider: there, and back."""

import logging
from typing import Any

import jwt
import requests
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.decorators import method_decorator
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from apps.accounts.backends import Discovered
from apps.accounts.forms import SignInForm
from apps.accounts.services import second_factor
from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core.errors import DomainError

logger = logging.getLogger(__name__)

FAILED = "统一身份认证没有完成，请重新登录，或改用账号和密码。"
AWAY = "暂时无法连接统一身份认证，请稍后再试，或改用账号和密码。"
BROKEN = (SuspiciousOperation, requests.RequestException, jwt.PyJWTError, ValueError, KeyError, TypeError)  # an answer that is none


@method_decorator(login_not_required, name="dispatch")
class WhereProvider(Discovered):
    """A page that is only there where a provider is set, and only for whoever has not signed in yet. Goes before the library's view."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.OIDC_ENABLED:
            raise Http404
        if request.user.is_authenticated:
            return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def refused(self, sentence: str, status: int) -> HttpResponse:
        context = {"form": SignInForm(self.request), "problem": sentence, "has_provider": True}
        return render(self.request, "accounts/login.html", context, status=status)


class Start(WhereProvider, OIDCAuthenticationRequestView):
    """Sends on to the provider, with a state, a nonce and a code challenge that this browser's session remembers."""

    def __init__(self, **kwargs: Any) -> None:
        """The library's asks the provider for its address here, before anybody could catch that it does not answer."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            OIDCAuthenticationRequestView.__init__(self)
            return super().get(request)
        except BROKEN as error:
            logger.warning("The identity provider does not answer: %s", error)
            return self.refused(AWAY, 502)


class Callback(WhereProvider, OIDCAuthenticationCallbackView):
    """Somebody comes back from the provider."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            return super().get(request)
        except DomainError as error:
            audit.record(Verb.SIGN_IN_FAILED, "统一身份认证", details={"reason": error.message})
            return self.refused(error.message, 403)
        except BROKEN as error:
            logger.warning("The identity provider's answer is none.", exc_info=error)
            audit.record(Verb.SIGN_IN_FAILED, "统一身份认证", details={"reason": type(error).__name__})
            return self.login_failure()

    def login_success(self) -> HttpResponse:
        answer = super().login_success()
        if settings.OIDC_IS_SECOND_FACTOR:
            self.request.session[second_factor.NOTED] = second_factor.PROVIDER
        return answer

    def login_failure(self) -> HttpResponse:
        return self.refused(FAILED, 403)
