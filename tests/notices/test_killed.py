"""A real worker is killed with SIGKILL between what it claimed and what it could confirm: nothing is sent twice by itself."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from kombu import Connection

from apps.accounts.models import User
from apps.core import scope
from apps.notices import services, tasks
from apps.notices.enums import Kind, State
from apps.notices.models import Delivery, Event, Notice, Post, Robot
from apps.notices.services import events
from apps.organizations.models import Organization
from apps.people.models import Contact
from tests.core.test_worker import URL, kill, store, wait_for, worker  # noqa: F401  the fixture `store`
from tests.factories import receivers
from tests.factories.people import UserFactory
from tests.factories.receivers import Group, Mailbox
from tests.factories.together import take_out_logs

CLAIM_MINUTES = "0.05"  # three seconds: whoever has not finished by then is not there any more


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """What the test commits is taken out again by the owner of the tables."""
    with django_db_blocker.unblock():
        yield
        with scope.opened(scope.EVERYTHING, using="owner"):
            for model in (Notice, Post, Delivery, Event, Robot, Robot.pgh_event_model, Contact, Contact.pgh_event_model, User):
                model.objects.using("owner").all().delete()
        take_out_logs()
        connections.close_all()


@pytest.fixture
def channels(monkeypatch) -> Iterator[tuple[Mailbox, Group]]:
    """A mail server and a group's service, for the workers that are started meanwhile; the database is the tests'."""
    name = settings.DATABASES["default"]["NAME"]
    with receivers.mailbox() as box, receivers.group() as group:
        for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            monkeypatch.setenv(variable, f"{os.environ[variable].rpartition('/')[0]}/{name}")
        monkeypatch.setenv("EMAIL_URL", box.url)
        monkeypatch.setenv("WEBHOOK_HOSTS", group.host)
        yield box, group


def states() -> list[str]:
    with scope.opened(scope.EVERYTHING):
        return list(Delivery.objects.order_by("channel").values_list("state", flat=True))


def ask_for(*names: str) -> None:
    with Connection(URL) as connection:
        for name in names:
            getattr(tasks, name).apply_async(connection=connection)


def test_whoever_is_killed_while_sending_leaves_it_to_a_person(committed, channels, store, settings, monkeypatch):  # noqa: F811
    box, group = channels
    settings.MAIL_ON = True
    with scope.opened(scope.EVERYTHING):
        _something_happens(group)

    box.hangs = group.hangs = True
    ask_for("send", "send")
    with worker() as first:
        wait_for(lambda: len(box.mails) == len(group.messages) == 1, 20)
        assert states() == [State.SENDING, State.SENDING]  # claimed, and committed before they were sent
        kill(first)
    box.hangs = group.hangs = False

    monkeypatch.setenv("NOTICES_CLAIM_MINUTES", CLAIM_MINUTES)
    with worker():  # is given again what the first one held, and asked besides
        wait_for(lambda: ask_for("send") is None and states() == [State.UNKNOWN, State.UNKNOWN], 25)
        wait_for(lambda: not (store.llen("default") or store.hlen("unacked")), 15)
        assert (len(box.mails), len(group.messages)) == (1, 1)

        with scope.opened(scope.EVERYTHING):
            Delivery.objects.update(state=State.WAITING)  # as `resend` does for whoever decides it
        ask_for("send")
        wait_for(lambda: states() == [State.SENT, State.SENT], 10)
    assert (len(box.mails), len(group.messages)) == (2, 2)
    assert len({mail["Message-ID"] for mail in box.mails}) == 1


def _something_happens(group: Group) -> None:
    """A notice that is to be mailed now, and a line for a group."""
    county, user, now = Organization.objects.counties()[0], UserFactory(), timezone.now()
    Contact.objects.create(user=user, organization=county, county=county, email="lead@county.example")
    robot = Robot.objects.create(organization=county, county=county, name="群", webhook=group.url)
    services.tell(kind=Kind.RETURNED, organization=county, person=user, title="被退回", key="k")
    events.fan_out()
    Notice.objects.update(send_at=now)
    Post.objects.create(event=Event.objects.get(), robot=robot, kind=Kind.RETURNED, title="被退回", send_at=now, **robot.tenancy())
