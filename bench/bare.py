"""A minimal Django page to compare with: what `startproject` gives, one query for the 25 rows, one template, the same columns."""

from typing import Any

import bench.house  # noqa: F401  sets Django up

# isort: split
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from apps.core import scope
from apps.counselors.models import Exchange

settings.MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
settings.ROOT_URLCONF = "bench.bare"
SCHOOLS = ("organization", "county", "partner", "partner_county")
CELLS = (*SCHOOLS, "year", "get_type_display", "starts_on|date:'Y-m-d'", "hours", "get_state_display", "submitted_at|date:'Y-m-d'")
ROW = "<tr>" + "".join(f"<td>{{{{ row.{cell} }}}}</td>" for cell in CELLS) + "</tr>"
PAGE = engines["django"].from_string(f"<!doctype html><title>List</title><table>{{% for row in rows %}}{ROW}{{% endfor %}}</table>")


def page(request: HttpRequest) -> HttpResponse:
    with scope.opened(scope.EVERYTHING):
        rows: Any = Exchange.objects.filter(county=request.GET["county"]).select_related(*SCHOOLS)[:25]
        return HttpResponse(PAGE.render({"rows": rows}))


urlpatterns = [path("", page)]
application = WSGIHandler()
