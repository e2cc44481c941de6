from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from apps.core.guard import SIGNED_IN, Guarded
from apps.core.lifecycle.enums import State
from apps.desk.selectors import ahead, guide, lately, work
from apps.organizations.enums import Kind
from apps.organizations.selectors import top, totals


class Desk(Guarded, TemplateView):
    """Where everybody begins: what waits for me, and the ways to my work."""

    permission = SIGNED_IN
    template_name = "desk/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.localtime()
        own = top(user)
        counts = totals(organization=own, user=user, day=now.date()) if own and own.kind not in (Kind.SCHOOL, Kind.PLACE) else None
        return super().get_context_data(
            greeting=work.greeting(now),
            now=now,
            piles=work.piles(user, now),
            deeds=lately.deeds(user, getattr(self.request, "hat", None)),
            due_days=ahead.due_days(user=user, own=own, today=now.date()),
            rooms=guide.rooms(user),
            own=own,
            totals=counts,
            **kwargs,
        )


class Help(Guarded, TemplateView):
    """Who uses what, what the states mean, by when, and whom to ask."""

    permission = SIGNED_IN
    template_name = "desk/help.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(roles=guide.role_guides(), states=State, **kwargs)
