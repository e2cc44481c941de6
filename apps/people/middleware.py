"""Between sign-in and the portal: what somebody still owes before they get any further."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.accounts.middleware import is_in_background, way_back
from apps.accounts.services import second_factor

# The pages that do without admission: the way in, the way out, and health.
BEFORE = frozenset({"accounts:login", "accounts:logout", "core:healthz", "core:readyz", "core:verify", "core:verification"})
# What belongs to a step that was just taken, and is read before the next.
AFTER = {"people:hats": frozenset({"accounts:recovery_codes"})}


class AdmissionMiddleware:
    """Sends whoever has signed in to the next thing they owe; nothing else of the portal answers until then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        request.owed = None
        name = request.resolver_match.view_name
        if not request.user.is_authenticated or name in BEFORE:
            return None
        request.owed = owed_by(request)
        if request.owed in (None, name) or name in AFTER.get(request.owed, ()):
            return None
        return _to(request, request.owed, view)


def owed_by(request: Any) -> str | None:
    """The name of the page where the next step of admission is taken; None when nothing is missing."""
    user = request.user
    given = second_factor.is_given(user, request.session)
    if user.second_factor_at and not given:
        return "accounts:verify"
    if user.chose_password_at is None and user.has_usable_password():
        return "accounts:password"
    if not given and any(hat.role in settings.SECOND_FACTOR_ROLES for hat in request.hats):
        return "accounts:second_factor"
    if request.hats and request.hat is None:
        return "people:hats"
    return None


def _to(request: HttpRequest, owed: str, view: Any) -> HttpResponse:
    if is_in_background(request):
        return HttpResponse("登录尚未完成，请刷新页面。", status=401, content_type="text/plain; charset=utf-8")
    back = way_back(request, view, "登录尚未完成，刚才的操作没有执行，请重新办理。")
    return HttpResponseRedirect(f"{reverse(owed)}?{urlencode({'next': back})}")
