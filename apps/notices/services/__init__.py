"""Telling people: `tell` writes into the outbox within the act's own transaction; tasks do the rest."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import turns
from apps.core.errors import DomainError
from apps.notices.enums import Kind
from apps.notices.models import Event
from apps.organizations.models import Organization


def tell(
    *,
    kind: Kind,
    to: str = "",
    organization: Organization,
    title: str,
    text: str = "",
    url: str = "",
    key: str,
    due: datetime | None = None,
    until: datetime | None = None,
    addressee: Organization | None = None,
    person: Any = None,
    by: Any = None,
    at: datetime | None = None,
) -> None:
    """Tell everybody who holds the permission `to` for the organization, as `organizations.rules.holds`, but for who did it.

    Called in the caller's own scope: the row belongs to `organization`, which the matter is about. `addressee` is where the permission is
    asked for, where that is another organization (the other side of a report about two); `person` is told alone, instead of a permission.
    `key` names the telling within the organization: told twice, it is one notice. `until`: not sent any more after that. `by` is who did
    it, by default whoever makes this request; `at` when, by default now.
    """
    event = Event(
        organization=organization,
        county_id=organization.county_id,
        kind=kind,
        to="" if person else to,
        addressee=addressee or organization,
        person=person,
        by_id=by.pk if by else audit.context().get("user"),
        title=title[:200],
        text=text,
        url=url,
        key=key,
        due=due,
        until=until,
        at=at or timezone.now(),
    )
    Event.objects.bulk_create([event], ignore_conflicts=True)
    transaction.on_commit(_soon, robust=True)


@transaction.atomic
def remind(
    *, by: Any, to: str, organization: Organization, matter: str, title: str, text: str = "", url: str = "", due: datetime | None = None
) -> None:
    """Urge an organization (催办), in the inbox and by mail; once a day about one matter, and recorded.

    Raises DomainError with who did it when it has been done today. `selectors.told_about(matter)` answers who has read it.
    """
    day = timezone.localdate()
    key = f"{matter}.{organization.pk}.remind.{day:%Y%m%d}"
    turns.take(f"notices.{key}")
    if earlier := Event.objects.filter(county=organization.county_id, organization=organization, key=key).select_related("by").first():
        raise DomainError(f"{earlier.by}今天 {timezone.localtime(earlier.at):%H:%M} 已催办{organization}，请明天再催。")
    tell(kind=Kind.REMINDER, to=to, organization=organization, title=title, text=text, url=url, key=key, due=due, by=by)
    audit.record(Verb.REMIND, f"{organization}：{title}", details={"matter": matter, "organization": organization.pk, "key": key})


def _soon() -> None:
    """Without waiting for the next minute; where the queue does not answer, the schedule sees to it."""
    from apps.notices import tasks

    tasks.fan_out.apply_async(retry=False)
