"""Pages of the house itself: health, and the answer to a form whose token no longer fits."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core import gallery


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can do its work: database and Redis answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    cache.get("readyz")
    return HttpResponse("ready", content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long or cookies are off: say so in words a user can act on."""
    return render(request, "403.html", {"message": "页面停留过久或浏览器禁用了 Cookie，请返回上一页刷新后重新提交。"}, status=403)


def components(request: HttpRequest) -> HttpResponse:
    """The component gallery, for those who build pages."""
    if not request.user.is_staff:
        raise Http404
    return render(request, "core/gallery.html", gallery.content(request))
