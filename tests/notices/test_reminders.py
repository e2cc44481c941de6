"""What is due is said 14, 7, 3 and 1 days before, on the day, and while it is overdue: each once, and nothing that is not true any more."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.notices import registry
from apps.notices.enums import Kind, Pace
from apps.notices.models import Event, Notice, Preference
from apps.notices.registry import Deadline
from apps.notices.services import deliveries, events, reminders
from tests.factories.jiaxing import Jiaxing

DUE = date(2027, 4, 10)
OWED = "测试材料"


@pytest.fixture
def owes(jiaxing: Jiaxing, monkeypatch) -> Iterator[list[str]]:
    """Two counties owe something due on 10 April 2027, 24:00; whoever is taken off the list has done it."""
    names = ["南湖区", "秀洲区"]

    def source(day: date) -> Iterator[Deadline]:
        due = timezone.make_aware(datetime.combine(DUE, time.max))
        for name in names:
            yield Deadline("test.2027", jiaxing.county(name), "plans.submit", OWED, due, "请上报。", "/plans/", since=date(2027, 1, 1))

    monkeypatch.setattr(registry, "_sources", [])
    assert registry.source(source) is source
    return names


@pytest.fixture
def at(monkeypatch) -> Callable[..., datetime]:
    """Set the clock: `at(4, 3, 8)` is 3 April 2027, 8:00 in Jiaxing."""

    def set_clock(month: int, day: int, hour: int = 8, minute: int = 0) -> datetime:
        now = timezone.make_aware(datetime(2027, month, day, hour, minute))  # noqa: DTZ001
        monkeypatch.setattr(timezone, "now", lambda: now)
        return now

    return set_clock


def run() -> None:
    reminders.remind_of_due()
    events.fan_out()


def told(county: Any) -> list[str]:
    return [event.title for event in Event.objects.filter(organization=county).order_by("at", "pk")]


def test_each_step_is_told_once_on_its_day(jiaxing, owes, at):
    for back in range(20, -20, -1):
        day = DUE - timedelta(days=back)
        for hour in (6, 8, 12, 20):
            at(day.month, day.day, hour)
            run()
    expected = [f"{OWED}还有 {left} 天截止" for left in (14, 7, 3, 1)] + [f"{OWED}今天截止，请按时上报"]
    expected += [f"{OWED}已逾期 {days} 天，请尽快上报" for days in (1, 8, 15)]
    assert told(jiaxing.county("南湖区")) == told(jiaxing.county("秀洲区")) == expected
    assert set(Event.objects.values_list("kind", flat=True)) == {Kind.DUE, Kind.OVERDUE}


def test_nothing_is_said_in_the_night(jiaxing, owes, at):
    at(4, 3, 6, 59)
    assert reminders.remind_of_due() == 0
    at(4, 3, 7)
    assert [reminders.remind_of_due(), reminders.remind_of_due()] == [2, 0]


def test_a_pause_is_made_up_for_in_the_words_of_today(jiaxing, owes, at):
    for day in (2, 5, 6):  # the 3rd, a week before, was missed
        at(4, day)
        run()
    assert told(jiaxing.county()) == [f"{OWED}还有 8 天截止", f"{OWED}还有 5 天截止"]


def test_of_several_steps_missed_only_the_last_is_told(jiaxing, owes, at):
    at(4, 9, 23)
    run()
    assert told(jiaxing.county()) == [f"{OWED}还有 1 天截止"]


def test_whoever_has_done_it_is_told_no_more(jiaxing, owes, at):
    at(4, 3)
    run()
    owes.remove("南湖区")
    at(4, 9)
    run()
    assert (len(told(jiaxing.county("南湖区"))), len(told(jiaxing.county("秀洲区")))) == (1, 2)


@pytest.mark.parametrize(
    ("left", "since", "step"),
    [
        (15, None, None),
        (14, None, 14),
        (10, None, 14),
        (10, 10, None),
        (7, 10, 7),
        (2, 10, 3),
        (0, 0, 0),
        (-1, 0, -1),
        (-7, 0, -1),
        (-8, 0, -8),
    ],
)
def test_the_step_reached(jiaxing, left, since, step):
    """`since`: a window that opens ten days before its end has missed no reminder of a fortnight."""
    begun = DUE - timedelta(days=since) if since is not None else None
    due = timezone.make_aware(datetime.combine(DUE, time.max))
    deadline = Deadline("k", jiaxing.city, "plans.submit", OWED, due, since=begun)
    assert reminders.step_on(DUE - timedelta(days=left), deadline) == step


def test_midnight_is_the_end_of_the_day_before():
    assert reminders.last_day(timezone.make_aware(datetime(2027, 4, 11))) == DUE  # noqa: DTZ001
    assert reminders.last_day(timezone.make_aware(datetime(2027, 4, 10, 17))) == DUE  # noqa: DTZ001


def test_a_reminder_keeps_to_the_digest_and_to_quiet_hours(jiaxing, owes, lead, mailbox, at):
    Preference.objects.create(user_id=lead.pk, digest_hour=9, quiet_from=time(21), quiet_to=time(7, 30))
    at(4, 3, 7, 15)
    run()
    deliveries.send()
    assert mailbox.mails == []
    at(4, 3, 9)
    deliveries.send()
    assert [mail["Subject"] for mail in mailbox.mails] == [f"{OWED}还有 7 天截止"]


def test_nobody_is_mailed_about_what_they_have_done_meanwhile(jiaxing, owes, lead, mailbox, at):
    at(4, 3, 7, 15)
    run()
    owes.remove("南湖区")
    at(4, 3, 9)
    deliveries.send()
    assert (mailbox.mails, Notice.objects.get(user=lead).send_at) == ([], None)


def test_a_reminder_that_missed_the_daily_mail_goes_at_once(jiaxing, owes, lead, mailbox, at):
    """Tomorrow's would say what is not true any more."""
    at(4, 3, 15)
    run()
    deliveries.send()
    assert [mail["Subject"] for mail in mailbox.mails] == [f"{OWED}还有 7 天截止"]


def test_a_reminder_that_could_not_be_mailed_on_its_day_is_not_mailed(jiaxing, owes, lead, mailbox, at):
    at(4, 3, 7, 15)
    run()
    at(4, 4, 9)  # the worker was down
    deliveries.send()
    assert mailbox.mails == []


def test_the_database_keeps_two_schedules_from_telling_twice(jiaxing, owes, at):
    at(4, 3)
    for _ in range(2):
        for each in registry.deadlines(DUE):
            reminders._tell(each, 7, DUE - timedelta(days=7))
    assert Event.objects.count() == 2


def test_what_is_due_today_does_not_wait_for_tomorrows_mail(jiaxing, owes, lead, mailbox, at):
    Preference.objects.create(user_id=lead.pk, pace=Pace.DAILY, digest_hour=7)
    at(4, 10, 10)
    run()
    deliveries.send()
    assert [mail["Subject"] for mail in mailbox.mails] == [f"{OWED}今天截止，请按时上报"]
