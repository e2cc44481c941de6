"""Between sign-in and the portal: what somebody still owes before they get any further."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

# The pages that do without admission: those where it is earned, and the way out.
BEFORE = frozenset({"accounts:logout", "people:hats", "core:healthz", "core:readyz"})


class AdmissionMiddleware:
    """Sends whoever has signed in to the next thing they owe; nothing else of the portal answers until then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.user.is_authenticated or request.resolver_match.view_name in BEFORE:
            return None
        if owed := owed_by(request):
            return _to(request, owed)
        return None


def owed_by(request: Any) -> str | None:
    """The name of the page where the next step of admission is taken; None when nothing is missing."""
    if request.hats and request.hat is None:
        return "people:hats"
    return None


def _to(request: HttpRequest, owed: str) -> HttpResponse:
    if request.headers.get("X-Autosave") or request.headers.get("HX-Request"):
        return HttpResponse("登录尚未完成，请刷新页面。", status=401, content_type="text/plain; charset=utf-8")
    if request.method != "GET":
        messages.warning(request, "登录尚未完成，刚才的操作没有执行。")
        return HttpResponseRedirect(reverse(owed))
    return HttpResponseRedirect(f"{reverse(owed)}?{urlencode({'next': request.get_full_path()})}")
