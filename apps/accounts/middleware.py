"""Everything but sign-in needs a signed-in user, and what was typed before the session ended is kept."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware as BaseLoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware as BaseSessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from apps.core import held_forms


class SessionMiddleware(BaseSessionMiddleware):
    """Django's, and more: using a session keeps it, and one that was ended while its request ran stays ended.

    The cookie goes out only when the row is written. So of two requests at once, the one whose session was given a new key meanwhile does
    not put the old key back.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session: Any = request.session
        if session.accessed and session.is_stale():
            session.modified = True
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            return response


class LoginRequiredMiddleware(BaseLoginRequiredMiddleware):
    """Django's, and more: a form that arrives after the session ended is held, an act that only a button sends is not repeated, and a
    background request gets a plain 401.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if is_in_background(request):
            return HttpResponse("登录已过期，请重新登录。", status=401, content_type="text/plain; charset=utf-8")
        return redirect_to_login(way_back(request, view_func, "登录已过期，刚才的操作没有执行，请重新办理。"))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.session.accessed and request.user.is_authenticated:
            held_forms.remember(request, response)
        return response


def is_in_background(request: HttpRequest) -> bool:
    """Sent by a script of ours, which cannot show another page."""
    return bool(request.headers.get("X-Autosave") or request.headers.get("HX-Request"))


def way_back(request: HttpRequest, view_func: Any, undone: str) -> str:
    """Where somebody goes on whom this request does not serve yet. The form it carries is held, unless passwords are typed there
    (`view.secret`); where it was a button's alone they are told `undone`, and go back to the page it was on.
    """
    view = getattr(view_func, "view_class", None)
    if request.method == "POST":
        if not _shows_a_page(view):
            messages.warning(request, undone)
            return _page_before(request)
        if not getattr(view, "secret", False):
            held_forms.hold(request)
    return request.get_full_path()


def _shows_a_page(view: Any) -> bool:
    """Does the address answer a GET too, so that a form sent there can be shown again?"""
    return view is None or (hasattr(view, "get") and "get" in view.http_method_names)


def _page_before(request: HttpRequest) -> str:
    """The page of ours that the button was on, else the start page."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return urlsplit(referer)._replace(scheme="", netloc="").geturl()
