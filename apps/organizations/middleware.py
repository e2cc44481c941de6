"""One transaction per request, opened on what the signed-in user may see."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from apps.core import scope
from apps.organizations.grants import whole_scope


class ScopeMiddleware:
    """Sets the database's scope for signed-in users; whoever is not signed in sees no tenant row.

    A response that reports failure leaves nothing written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with scope.opened(scope.DIRECTORY):
            scope.widen(whole_scope(request.user))
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
