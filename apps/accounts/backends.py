"""Other ways to prove who one is than by password."""

import time
from functools import lru_cache
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.utils import import_from_settings

from apps.accounts.models import User
from apps.accounts.services import activations, identities


class ActivationBackend(BaseBackend):
    """By account and activation code. It goes through `authenticate`, so that wrong codes count and lock as wrong passwords do."""

    def authenticate(self, request: HttpRequest | None, *, username: str, activation_token: str) -> User | None:  # type: ignore[override]
        return activations.holder(username=username, code=activation_token)

    def get_user(self, user_id: Any) -> None:
        """Nobody stays signed in by a code: with it a password is set."""


ENDPOINTS = {
    "OIDC_OP_AUTHORIZATION_ENDPOINT": "authorization_endpoint",
    "OIDC_OP_TOKEN_ENDPOINT": "token_endpoint",
    "OIDC_OP_USER_ENDPOINT": "userinfo_endpoint",
    "OIDC_OP_JWKS_ENDPOINT": "jwks_uri",
}


class Discovered:
    """Where the library asks its settings for the provider's addresses, the provider itself has said them."""

    @staticmethod
    def get_settings(attr: str, *default: Any) -> Any:
        if attr in ENDPOINTS:
            return _provider(settings.OIDC_ISSUER, int(time.time() // 3600))[ENDPOINTS[attr]]
        return import_from_settings(attr, *default)


@lru_cache(maxsize=1)
def _provider(issuer: str, hour: int) -> dict[str, Any]:
    """The provider's own description of itself, asked for once an hour."""
    answer = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=settings.OIDC_TIMEOUT)
    answer.raise_for_status()
    described = answer.json()
    if described["issuer"] != issuer:
        raise SuspiciousOperation("The provider says that it is another issuer.")
    return described


class OidcBackend(Discovered, OIDCAuthenticationBackend):
    """By the unified identity provider. What the library leaves out is checked here: who issued the token, for whom, and about whom."""

    def __init__(self) -> None:
        self.UserModel = User  # the rest waits until somebody signs in: a backend is made for every question of rights

    def authenticate(self, request: HttpRequest, *, nonce: str, code_verifier: str) -> User | None:
        """`nonce` and `code_verifier` are named, so that only the callback page comes in here, never a form with a code in its address."""
        OIDCAuthenticationBackend.__init__(self)
        return super().authenticate(request, nonce=nonce, code_verifier=code_verifier)

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        claims = super().verify_token(token, **kwargs)
        audience = claims.get("aud") or []
        audience = [audience] if isinstance(audience, str) else audience
        for_us = self.OIDC_RP_CLIENT_ID in audience and claims.get("azp", self.OIDC_RP_CLIENT_ID) == self.OIDC_RP_CLIENT_ID
        if not for_us or claims.get("iss") != settings.OIDC_ISSUER or "exp" not in claims or not claims.get("sub"):
            raise SuspiciousOperation("The token is not from our provider, not for us, or about nobody.")
        return claims

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        claims = self.get_userinfo(access_token, id_token, payload)
        if claims.get("sub") != payload["sub"]:
            raise SuspiciousOperation("The provider speaks of two people.")
        username = {**payload, **claims}.get(settings.OIDC_USERNAME_CLAIM)
        return identities.person(issuer=settings.OIDC_ISSUER, subject=payload["sub"], username=str(username or ""))

    def get_user(self, user_id: Any) -> User | None:
        """The library's own lets in whose account was disabled."""
        return User.objects.filter(pk=user_id, is_active=True).first()

    def has_perm(self, *args: Any, **kwargs: Any) -> bool:
        return False
