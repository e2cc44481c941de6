"""What every page below sign-in declares: the permission it asks for. An architecture test finds a view without it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

SIGNED_IN = ""  # a page that every signed-in person has: their desk, their account


class Guarded:
    """Mixin for class-based views; goes first.

    Without the permission anywhere the answer is 403 with a sentence. An object is looked up in what the user sees (`visible_to`), so
    another tenant's object is 404; one that is seen but may not be acted upon is 403.
    """

    permission: str
    denied = "您的角色没有这项权限；如需办理，请联系市少工委办公室。"
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.permission != SIGNED_IN and not request.user.has_perm(self.permission):
            raise PermissionDenied(self.denied)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def get_object(self, queryset: Any = None) -> Any:
        found = super().get_object(queryset)  # type: ignore[misc]
        if self.permission != SIGNED_IN and not self.request.user.has_perm(self.permission, found):
            raise PermissionDenied(self.denied)
        return found
