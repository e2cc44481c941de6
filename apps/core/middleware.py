"""What every request and every answer is held to."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render

from apps.core.uploads import MAX_FILES, MAX_MB

MAX_REQUEST_BYTES = (MAX_FILES * MAX_MB + 5) * 1024 * 1024


class ClientAddressMiddleware:
    """Behind PROXIES proxies of ours the sender is whom the outermost of them saw; what stands before it anybody can write."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = request.headers.get("X-Forwarded-For", "").split(",")
        if 0 < settings.PROXIES <= len(seen) and _is_address(seen[-settings.PROXIES].strip()):
            request.META["REMOTE_ADDR"] = seen[-settings.PROXIES].strip()
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class RequestSizeMiddleware:
    """A body larger than all the attachments a form may carry is refused before anybody reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit()):
            return HttpResponseBadRequest("请求的长度无法识别。", content_type="text/plain; charset=utf-8")
        if len(length) > 15 or int(length) > MAX_REQUEST_BYTES:
            return render(request, "413.html", {"max_mb": MAX_MB}, status=413)
        return self.get_response(request)


class CompressMiddleware(GZipMiddleware):
    """Pages travel compressed, at a length that random bytes blur (BREACH). Attachments are compressed already, and keep their length."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.headers.get("Content-Type", "").startswith(("text/html", "application/json"))
        return super().process_response(request, response) if is_page else response


POWERS = "camera display-capture geolocation microphone midi payment serial usb xr-spatial-tracking".split()


class HouseHeadersMiddleware:
    """No cache between a reader and us keeps a page, unless its view says otherwise; and no page asks for a camera, a place or a purse."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Permissions-Policy"] = ", ".join(f"{power}=()" for power in POWERS)
        return response
