"""One transaction per request, opened on what the signed-in user may see in the role they have chosen."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from apps.core import scope
from apps.organizations import grants

HAT = "hat"  # the session's key: which RoleHolding its user wears


class ScopeMiddleware:
    """Puts on the user's hat and sets the database's scope to what it shows; whoever is not signed in sees no tenant row.

    Somebody with several roles who has not chosen yet wears none, and sees nothing. A response that reports failure leaves nothing written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with scope.opened(scope.DIRECTORY):
            put_on_hat(request)
            scope.widen(grants.whole_scope(request.user), user=request.user.pk)
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


def put_on_hat(request: Any) -> None:
    """`request.hats`: every role of the user; `request.hat`: the one they chose, or their only one; `request.acting` for the history."""
    request.hats = grants.hats_of(request.user)
    chosen = request.session.get(HAT)
    request.hat = next((hat for hat in request.hats if hat.pk == chosen or len(request.hats) == 1), None)
    request.acting = {"role": str(request.hat), "organization": request.hat.organization_id} if request.hat else {}
    grants.wear(request.user, request.hat)
