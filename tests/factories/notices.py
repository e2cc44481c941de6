"""Things that happened, told and not yet told."""

from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.notices import services
from apps.notices.enums import Kind
from apps.notices.models import Notice
from apps.notices.services import events
from apps.organizations.models import Organization


def told(organization: Organization, **facts: Any) -> list[Notice]:
    """Tell something about an organization, by default to its leads; the notices that came of it."""
    before = timezone.now()
    facts = {"kind": Kind.SUBMITTED, "to": "plans.submit", "title": "一件事", "url": "/desk/", "key": f"test.{before.timestamp()}", **facts}
    services.tell(organization=organization, **facts)
    events.fan_out()
    return list(Notice.objects.filter(event__key=facts["key"]).order_by("user__username"))


def readers(notices: list[Notice]) -> list[User]:
    return [notice.user for notice in notices]
