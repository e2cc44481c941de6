"""Lines into sendings, and sendings out: claimed first, in a transaction of their own, so that nothing is ever sent twice by itself."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.enums import Verb
from apps.core import scope, turns
from apps.core.errors import Conflict
from apps.notices.enums import UNDELIVERED, Channel, State
from apps.notices.models import Delivery, Line, Notice, Post
from apps.notices.services import mails, reminders, robots
from apps.notices.services.channels import InDoubt, Undelivered
from apps.organizations.rules import holds
from apps.people.models import Contact

log = logging.getLogger(__name__)

RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1))  # after what may pass by itself
LONGEST = 300  # seconds
CUT_OFF = "发送时程序中断，可能已送达。"


def send() -> int:
    """Everything that is due; returns how many sendings were tried. Several workers share them, none is taken by two.

    It ends long before its task would be ended for it, in the middle of a sending; the next minute's goes on.
    """
    give_up()
    gather()
    tried, end = 0, monotonic() + LONGEST
    while monotonic() < end and (delivery := claim()):
        deliver(delivery)
        tried += 1
    return tried


def gather() -> None:
    """What is to go out by now becomes one mail a person and one message a group. What is not true any more is left out."""
    with scope.opened(scope.EVERYTHING):
        turns.take("notices.gather")  # else two would divide one person's notices between two mails
        now = timezone.now()
        Notice.objects.outdated(now).update(send_at=None)
        Post.objects.outdated(now).update(send_at=None)
        reminders.drop_done(Notice.objects.ready(now), Post.objects.ready(now))
        _bundle(Channel.MAIL, Notice.objects.ready(now).unread().order_by("at", "pk"))
        _bundle(Channel.ROBOT, Post.objects.ready(now).order_by("at", "pk"))


def _bundle(channel: Channel, lines: Iterable[Any]) -> None:
    reader = "user_id" if channel == Channel.MAIL else "robot_id"
    bundles: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for line in lines:
        bundles[getattr(line, reader), line.organization_id].append(line)
    for (key, _), bundle in bundles.items():
        delivery = Delivery.objects.create(channel=channel, subject=subject(bundle), **{reader: key}, **bundle[0].tenancy())
        type(bundle[0]).objects.filter(pk__in=[line.pk for line in bundle]).update(delivery=delivery)


def subject(lines: list[Line]) -> str:
    """The title of the only one, or how many there are."""
    return lines[0].title if len(lines) == 1 else f"{len(lines)} 条通知：{lines[0].title}等"


def claim() -> Delivery | None:
    """Take one that waits, and commit that before anybody sends it."""
    with scope.opened(scope.EVERYTHING):
        rows = Delivery.objects.ready(timezone.now()).select_for_update(skip_locked=True, of=("self",))
        delivery = rows.select_related("user", "robot").order_by("not_before", "pk").first()
        if delivery is not None:
            delivery.state, delivery.claimed_at, delivery.attempts = State.SENDING, timezone.now(), delivery.attempts + 1
            delivery.save(update_fields=["state", "claimed_at", "attempts"])
        return delivery


def deliver(delivery: Delivery) -> None:
    """Send what was claimed, and say how it ended. Whoever is killed in between leaves it claimed: `give_up`."""
    state, error, again = State.SENT, "", False
    try:
        _hand_over(delivery)
    except Undelivered as refused:
        state, error, again = State.FAILED, str(refused), refused.again
    except InDoubt as doubt:
        state, error = State.UNKNOWN, str(doubt)
    except Exception as fault:  # ours; nobody knows how far it got
        log.exception("delivery %s", delivery.pk)
        state, error = State.UNKNOWN, type(fault).__name__
    if again and delivery.attempts <= len(RETRIES):
        state = State.WAITING
        delivery.not_before = timezone.now() + RETRIES[delivery.attempts - 1]
    with scope.opened(scope.EVERYTHING):
        Delivery.objects.filter(pk=delivery.pk, state=State.SENDING).update(
            state=state, error=error[:300], done_at=None if state == State.WAITING else timezone.now(), not_before=delivery.not_before
        )


def _hand_over(delivery: Delivery) -> None:
    with scope.opened(scope.EVERYTHING):
        lines: list[Any] = list((delivery.notice_set if delivery.user_id else delivery.post_set).order_by("at", "pk"))
        address = Contact.objects.filter(user=delivery.user_id).values_list("email", flat=True).first()
    if delivery.robot is not None:
        if not delivery.robot.is_active:
            raise Undelivered("群机器人已停用。", again=False)
        robots.send(robot=delivery.robot, title=delivery.subject, lines=lines)
    elif not (mails.is_on() and address):
        raise Undelivered("邮件没有启用。" if address else "没有登记电子邮箱。", again=False)
    else:
        mails.send(name=str(delivery.user), address=address, subject=delivery.subject, lines=lines, number=f"delivery.{delivery.pk}")


def give_up() -> int:
    """Those that were claimed and never finished: it may have reached its reader, so nobody sends it again but a person who decides to."""
    before = timezone.now() - timedelta(minutes=settings.NOTICES_CLAIM_MINUTES)
    with scope.opened(scope.EVERYTHING):
        return Delivery.objects.abandoned(before).update(state=State.UNKNOWN, error=CUT_OFF, done_at=timezone.now())


@transaction.atomic
def resend(*, delivery: Delivery, by: Any) -> Delivery:
    """Somebody decides to send it again, knowing that it may have arrived. Raises Conflict, PermissionDenied."""
    if not holds(by, "notices.connect", delivery.organization):
        raise PermissionDenied
    stored = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if stored.state not in UNDELIVERED:
        raise Conflict(f"这条通知现在是“{stored.get_state_display()}”，不需要重新发送。")
    audit.record(Verb.RESEND, f"{stored.get_channel_display()}：{stored}", details={"delivery": stored.pk, "was": stored.state})
    stored.state, stored.attempts, stored.error, stored.not_before = State.WAITING, 0, "", timezone.now()
    stored.save(update_fields=["state", "attempts", "error", "not_before"])
    transaction.on_commit(_soon, robust=True)
    return stored


def _soon() -> None:
    from apps.notices import tasks

    tasks.send.apply_async(retry=False)
