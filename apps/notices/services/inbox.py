"""What a person does with their notices, and how they want to be told."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.core import seen as seen_rows
from apps.notices import rules
from apps.notices.models import Notice, Preference

FIELDS = ("mail", "pace", "digest_hour", "quiet_from", "quiet_to", "muted")


@transaction.atomic
def read(*, notices: QuerySet[Notice], by: Any) -> int:
    """Mark as read, and leave out of the mail what is not in one yet; returns how many were new."""
    rows = notices.filter(user=by.pk, read_at__isnull=True)
    return rows.update(read_at=timezone.now(), send_at=None)


@transaction.atomic
def prefer(*, by: Any, facts: Mapping[str, Any], seen: str) -> Preference:
    """Save a person's own settings; what is not sent yet goes by the new ones. Raises Conflict when they saw older ones."""
    stored = Preference.objects.select_for_update().filter(user=by.pk).first() or Preference(user_id=by.pk)
    seen_rows.check(stored, FIELDS, seen)
    for name in FIELDS:
        setattr(stored, name, facts[name])
    stored.full_clean(exclude=["user"], validate_unique=False)
    stored.save()
    now = timezone.now()
    for notice in Notice.objects.to_send().filter(user=by.pk):
        notice.send_at = rules.mail_at(notice, stored, now)
        notice.save(update_fields=["send_at"])
    return stored
