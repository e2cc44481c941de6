"""Other ways to prove who one is than by password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from apps.accounts.models import User
from apps.accounts.services import activations


class ActivationBackend(BaseBackend):
    """By account and activation code. It goes through `authenticate`, so that wrong codes count and lock as wrong passwords do."""

    def authenticate(self, request: HttpRequest | None, *, username: str, activation_token: str) -> User | None:  # type: ignore[override]
        return activations.holder(username=username, code=activation_token)

    def get_user(self, user_id: Any) -> None:
        """Nobody stays signed in by a code: with it a password is set."""
