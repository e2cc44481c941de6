"""The stable addresses (docs/architecture.md)."""

from django.urls import include, path
from django.views.generic import RedirectView

from apps.desk.views import Help

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="desk:desk"), name="home"),
    path("", include("apps.core.urls")),
    path("", include("apps.accounts.urls")),
    path("help/", Help.as_view(), name="help"),
    path("desk/", include("apps.desk.urls")),
    path("organizations/", include("apps.organizations.urls")),
    path("people/", include("apps.people.urls")),
    path("audit/", include("apps.audit.urls")),
    path("notices/", include("apps.notices.urls")),
    path("jobs/", include("apps.jobs.urls")),
    path("exchange/", include("apps.exchange.urls")),
    path("coverage/", include("apps.coverage.urls")),
    path("years/", include("apps.years.urls")),
    path("plans/", include("apps.plans.urls")),
    path("rooms/", include("apps.rooms.urls")),
    path("pairings/", include("apps.pairings.urls")),
    path("counselors/", include("apps.counselors.urls")),
    path("supervision/", include("apps.supervision.urls")),
    path("conferences/", include("apps.conferences.urls")),
]
