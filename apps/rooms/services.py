"""Every write to activity rooms."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.lifecycle import services as lifecycle
from apps.organizations.models import Organization
from apps.organizations.services import reports
from apps.rooms.models import Checklist, Room

save = lifecycle.save
submit = reports.submit
approve = reports.approve
send_back = reports.send_back


@transaction.atomic
def draft(*, organization: Organization, by: Any) -> Room:
    """The school's room, begun under the checklist in force; the one there is if it was begun before."""
    today = timezone.localdate()
    closed_on = organization.school.closed_on
    if closed_on is not None and closed_on <= today:
        raise DomainError(f"{organization}已撤并，不能登记队室。")
    checklist = Checklist.objects.in_force(today)
    if checklist is None:
        raise DomainError("还没有施行中的队室标准，请联系市少工委办公室。")
    room, _ = Room.objects.get_or_create(
        organization=organization,
        county_id=organization.county_id,
        defaults={"checklist": checklist, "created_by": by, "updated_by": by},
    )
    return room
