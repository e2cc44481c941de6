"""When something goes out: at once or once a day, never in quiet hours, and not when it is no longer true."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.notices import rules
from apps.notices.enums import Kind, Pace
from apps.notices.models import Event, Preference


def here(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return timezone.make_aware(datetime(2026, 11, day, hour, minute))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("kind", "wishes", "now", "expected"),
    [
        (Kind.APPROVED, {}, here(10), here(8, day=26)),
        (Kind.APPROVED, {}, here(7, 30), here(8)),
        (Kind.APPROVED, {"digest_hour": 23}, here(10), here(7, day=26)),  # the daily mail falls into the quiet hours
        (Kind.APPROVED, {"pace": Pace.AT_ONCE}, here(10), here(10)),
        (Kind.APPROVED, {"pace": Pace.AT_ONCE}, here(22), here(7, day=26)),
        (Kind.APPROVED, {"pace": Pace.AT_ONCE}, here(3), here(7)),
        (Kind.APPROVED, {"pace": Pace.AT_ONCE, "quiet_from": None, "quiet_to": None}, here(3), here(3)),
        (Kind.APPROVED, {"pace": Pace.AT_ONCE, "quiet_from": time(12), "quiet_to": time(14)}, here(13), here(14)),
        (Kind.APPROVED, {"mail": False}, here(10), None),
        (Kind.APPROVED, {"muted": [Kind.APPROVED]}, here(10), None),
        (Kind.RETURNED, {}, here(10), here(10)),
        (Kind.RETURNED, {}, here(21), here(7, day=26)),
        (Kind.REMINDER, {}, here(10), here(10)),
    ],
)
def test_when_somebody_is_mailed(kind, wishes, now, expected):
    assert rules.mail_at(Event(kind=kind), Preference(**wishes), now) == expected


def test_what_is_due_today_is_urgent():
    assert rules.mail_at(Event(kind=Kind.DUE, due=here(23)), Preference(), here(10)) == here(10)
    assert rules.mail_at(Event(kind=Kind.DUE, due=here(23, day=26)), Preference(), here(10)) == here(8, day=26)


def test_what_would_come_too_late_is_not_mailed():
    night = Event(kind=Kind.DUE, until=here(23, 59))
    assert rules.mail_at(night, Preference(), here(22)) is None
    assert rules.mail_at(night, Preference(), here(20)) == here(20)


times = st.times().map(lambda at: at.replace(microsecond=0))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), times, times)  # noqa: DTZ001
def test_quiet_hours_end_within_a_day_and_nothing_goes_out_in_them(naive, start, end):
    moment = timezone.make_aware(naive)
    after = rules.after_quiet(moment, start, end)
    assert timedelta(0) <= after - moment < timedelta(days=1)
    assert rules.after_quiet(after, start, end) == after


@pytest.mark.parametrize(
    ("kind", "now", "expected"),
    [
        (Kind.APPROVED, here(10, 1), here(10, 10)),
        (Kind.APPROVED, here(10, 10), here(10, 10)),
        (Kind.RETURNED, here(10, 1), here(10, 1)),
        (Kind.RETURNED, here(22), here(7, day=26)),
    ],
)
def test_a_group_is_told_every_ten_minutes_and_not_at_night(kind, now, expected):
    assert rules.post_at(Event(kind=kind), now) == expected
