"""Everything but sign-in needs a signed-in user, and what was typed before the session ended is kept."""

from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware as BaseLoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse

from apps.core import held_forms


class LoginRequiredMiddleware(BaseLoginRequiredMiddleware):
    """Django's, with two additions: a form that arrives after the session ended is held, and a background request gets a plain 401."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.headers.get("X-Autosave") or request.headers.get("HX-Request"):
            return HttpResponse("登录已过期，请重新登录。", status=401, content_type="text/plain; charset=utf-8")
        if request.method == "POST":
            held_forms.hold(request)
        return super().handle_no_permission(request, view_func)
