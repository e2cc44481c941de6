"""How often one sender may do what costs us or helps a guesser: sign in, upload, export. Counted in Redis, over a sliding window."""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis import RedisError

logger = logging.getLogger(__name__)

SIGN_IN = "sign_in"  # a view says so: `throttle = SIGN_IN`
EXPORT = "export"
VERIFY = "verify"  # checking a receipt, which needs no sign-in
MESSAGE = "message"  # sends a mail or a message to a group at once
LIST = "list"  # a page whose rows can be taken along: an export when its address says so
AS_FILE = "export"  # in the address
UPLOAD = "upload"  # every form that carries files


class ThrottleMiddleware:
    """Answers 429 with a sentence. A signed-in sender is a person, any other an address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        kind = kind_of(request, view)
        if kind is None or _is_within(kind, request):
            return None
        response = render(request, "429.html", status=429)
        response.headers["Retry-After"] = str(_rate(kind).get_expiry())
        return response


def kind_of(request: HttpRequest, view: Any) -> str | None:
    """What a request counts as; only a POST tries to sign in, and looking at a page is free, unless it is asked for as a file."""
    declared = getattr(getattr(view, "view_class", None), "throttle", None)
    if declared == LIST:
        return EXPORT if AS_FILE in request.GET else None
    if declared in (EXPORT, VERIFY) or (declared and request.method == "POST"):
        return declared
    return UPLOAD if request.method == "POST" and request.content_type == "multipart/form-data" else None


def _is_within(kind: str, request: HttpRequest) -> bool:
    """Where Redis does not answer nothing is counted and nobody is turned away: what locks an account is in the database."""
    try:
        return _limiter().hit(_rate(kind), kind, _sender(request))
    except RedisError as error:
        logger.warning("Nothing is throttled: %s", error)
        return True


def _sender(request: HttpRequest) -> str:
    return f"user {request.user.pk}" if request.user.is_authenticated else f"address {request.META.get('REMOTE_ADDR')}"


def _rate(kind: str) -> RateLimitItem:
    return parse(settings.RATE_LIMITS[kind])


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(RedisStorage(settings.CACHES["default"]["LOCATION"], key_prefix="jx:limits"))
