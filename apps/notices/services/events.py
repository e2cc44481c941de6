"""From the outbox into the inboxes: who holds the permission is found out here, by an engine that sees everything."""

import logging

from django.utils import timezone

from apps.core import scope
from apps.notices import rules, selectors
from apps.notices.models import Event, Notice, Post, Preference, Robot
from apps.notices.services import mails
from apps.organizations.models import Organization
from apps.people.models import Contact

log = logging.getLogger(__name__)

WORDS = ("kind", "title", "text", "url", "due", "until", "at")


def fan_out() -> int:
    """Tell what nobody has been told yet; returns how many events. Twice is as once: an event and its lines are one transaction."""
    told, stuck = 0, set[int]()
    while True:
        event = None
        try:
            with scope.opened(scope.EVERYTHING):
                if (event := _next(stuck)) is None:
                    return told
                _tell(event)
            told += 1
        except Exception:  # one event that cannot be told keeps no other one back
            if event is None:
                raise
            stuck.add(event.pk)
            log.exception("event %s was not told", event.pk)


def _next(stuck: set[int]) -> Event | None:
    rows = Event.objects.untold().exclude(pk__in=stuck).select_related("addressee")
    return rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()


def _tell(event: Event) -> None:
    now = timezone.now()
    readers = selectors.recipients(event)
    counties = dict(Organization.objects.filter(pk__in={key for _, key in readers}).values_list("pk", "county"))
    Notice.objects.bulk_create(_notices(event, readers, counties), ignore_conflicts=True)
    if event.person_id is None:
        robots = Robot.objects.active().filter(organization__in=counties)
        at = rules.post_at(event, now)
        posts = [Post(robot=robot, send_at=at, **robot.tenancy(), **_words(event)) for robot in robots if at]
        Post.objects.bulk_create(posts, ignore_conflicts=True)
    event.told_at = now
    event.save(update_fields=["told_at"])


def _notices(event: Event, readers: list[tuple[int, int]], counties: dict[int, int]) -> list[Notice]:
    now, users = timezone.now(), [user for user, _ in readers]
    preferences = {each.user_id: each for each in Preference.objects.filter(user__in=users)}
    reached = set(Contact.objects.filter(user__in=users).exclude(email="").values_list("user", flat=True)) if mails.is_on() else set()
    found = []
    for user, organization in readers:
        preference = preferences.get(user) or Preference(user_id=user)
        send_at = rules.mail_at(event, preference, now) if user in reached else None
        found.append(Notice(user_id=user, organization_id=organization, county_id=counties[organization], send_at=send_at, **_words(event)))
    return found


def _words(event: Event) -> dict[str, object]:
    return {"event_id": event.pk, **{name: getattr(event, name) for name in WORDS}}
