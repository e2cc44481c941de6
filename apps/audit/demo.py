"""A month of the demo city's log: people sign in, forget their passwords, look at contacts, export. Sealed and verified like any other."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils import timezone

from apps.audit import services
from apps.audit.enums import Verb
from apps.audit.models import Act
from apps.audit.sealing import chain

DAYS = 30
BUSY = ("city", "nanhu", "xiuzhou", "jiashan", "pinghu", "haiyan", "haining", "tongxiang", "jingkai", "gangqu", "shizhi", "sysadmin")
EXPORTS = ("应覆盖名单", "队室台账", "结对台账", "辅导员交流台账", "组织名单")
LOOKED_AT = ("南湖区人员名单", "秀洲区人员名单", "全市人员名单")


def load(*, today: date, random: Random) -> None:
    """What happened on the working days of the last month, then the seals over all of it."""
    now = timezone.now()
    acts = [act for act in _month(today, random) if act.at < now - timedelta(minutes=1)]
    Act.objects.bulk_create(sorted(acts, key=lambda act: act.at))
    while chain.seal():
        pass
    services.verify()


def _month(today: date, random: Random) -> Iterator[Act]:
    holdings = apps.get_model("organizations", "RoleHolding")._default_manager.select_related("organization")
    people = {
        user.username: (user, holding)
        for holding in holdings.prefetch_related("group__user_set")
        for user in holding.group.user_set.all()
        if user.username in BUSY or user.username.endswith(("-town", "-school"))
    }
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        if day.weekday() < 5:
            for username in random.sample(sorted(people), k=min(len(people), random.randint(6, 12))):
                yield from _day(*people[username], day, random)


def _day(user: Any, holding: Any, day: date, random: Random) -> Iterator[Act]:
    """One person's day: in, some work, and sometimes out."""
    at = timezone.make_aware(datetime.combine(day, time(8, random.randint(0, 59), random.randint(0, 59))))
    at += timedelta(minutes=random.randint(0, 480))
    address = f"10.33.{random.randint(1, 20)}.{random.randint(2, 250)}"
    for _ in range(random.choice((0, 0, 0, 0, 1, 2))):
        yield _act(Verb.SIGN_IN_FAILED, at, random, name=user.username, address=address, url="/login/")
        at += timedelta(seconds=random.randint(15, 60))
    known = {"user": user.pk, "name": user.name, "role": str(holding), "organization": holding.organization_id, "address": address}
    yield _act(Verb.SIGN_IN, at, random, **known, url="/login/")
    for _ in range(random.randint(0, 3)):
        at += timedelta(minutes=random.randint(1, 20))
        verb, about = _work(user.username, random)
        yield _act(verb, at, random, about=about, **known)
    if random.random() < 0.5:
        yield _act(Verb.SIGN_OUT, at + timedelta(minutes=random.randint(1, 15)), random, **known, url="/logout/")


def _work(username: str, random: Random) -> tuple[Verb, str]:
    if username in ("city", "sysadmin") and random.random() < 0.6:
        return Verb.VIEW_CONTACTS, random.choice(LOOKED_AT)
    if "-" in username:
        return Verb.REFUSED, "GET /plans/"
    return Verb.EXPORT, random.choice(EXPORTS)


def _act(verb: Verb, at: datetime, random: Random, **known: Any) -> Act:
    return Act(verb=verb, at=at, request=UUID(int=random.getrandbits(128), version=4), **known)
