"""A minimal Django page to compare with: no middleware, one query, one small template."""

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

import bench.house
from apps.core import scope
from apps.counselors.models import Exchange

assert bench.house
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "bench.bare"
ROW = "<tr>" + "".join(f"<td>{{{{ row.{name} }}}}</td>" for name in ("pk", "organization.name", "year", "type", "hours", "state")) + "</tr>"
PAGE = engines["django"].from_string(f"<!doctype html><title>List</title><table>{{% for row in rows %}}{ROW}{{% endfor %}}</table>")


def page(request: HttpRequest) -> HttpResponse:
    with scope.opened(scope.EVERYTHING):
        rows = Exchange.objects.filter(county=request.GET["county"]).select_related("organization")[:25]
        return HttpResponse(PAGE.render({"rows": rows}))


urlpatterns = [path("", page)]
application = WSGIHandler()
