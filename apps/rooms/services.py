"""Every write to activity rooms."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.lifecycle import services as lifecycle
from apps.organizations.models import Organization
from apps.organizations.services import reports
from apps.rooms.models import Checklist, Room, closed_sentence

NO_CHECKLIST = "还没有施行中的队室标准，请联系市少工委办公室。"

save = lifecycle.save
submit = reports.submit
approve = reports.approve
send_back = reports.send_back


@transaction.atomic
def draft(*, organization: Organization, by: Any) -> Room:
    """The school's room, begun under the checklist in force; the one there is if it was begun before."""
    if closed := closed_sentence(str(organization), organization.school.closed_on):
        raise DomainError(closed)
    checklist = Checklist.objects.in_force(timezone.localdate())
    if checklist is None:
        raise DomainError(NO_CHECKLIST)
    room, _ = Room.objects.get_or_create(
        organization=organization,
        county_id=organization.county_id,
        defaults={"checklist": checklist, "created_by": by, "updated_by": by},
    )
    return room
