from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.conferences import selectors
from apps.conferences.models import Meeting, Member
from apps.core import todos
from apps.core.todos import Todo
from apps.organizations.grants import grants_of, scope_for
from apps.organizations.models import Organization

SOON = timedelta(days=45)  # before a meeting is due, somebody has to find a day for it
PATIENCE = timedelta(days=14)  # after it, for the minutes


@todos.source
def to_meet(user: Any) -> Iterator[Todo]:
    """A reporting unit: the members to register, the next meeting to hold, the minutes to write and to confirm."""
    if "conferences.edit" not in grants_of(user):
        return
    unit, today = Organization.objects.in_scope(scope_for(user, "conferences.edit")).counties().get(), timezone.localdate()
    if not Member.objects.of(unit).active_on(today).exists():
        yield Todo("登记联席会议成员", reverse("conferences:register", args=[unit.pk]), "登记一次，安排会议、记录出席时不用再输。")
    meetings = list(Meeting.objects.of(unit).convened().since(date(today.year, 1, 1)))
    yield from _next(unit, meetings, today)
    may_confirm = "conferences.confirm" in grants_of(user)
    for meeting in meetings:
        if meeting.day <= today and not meeting.confirmed_at:
            yield _minutes(meeting, today, may_confirm=may_confirm)


def _next(unit: Organization, meetings: list[Meeting], today: date) -> Iterator[Todo]:
    """The meeting that is called, else the one that is due."""
    if coming := [meeting for meeting in meetings if meeting.day > today]:
        meeting = min(coming, key=lambda each: each.day)
        yield Todo(f"{meeting}待召开", meeting.get_absolute_url(), f"{meeting.when} {meeting.place}".strip(), tone="info")
        return
    held = sum(meeting.day <= today and meeting.year == today.year for meeting in meetings)
    pace = selectors.pace(rhythm=selectors.rhythm_of(unit), held=held, year=today.year)
    if pace.due and pace.due - today <= SOON:
        late = pace.due < today
        text = f"约定{pace.rhythm}，今年已召开 {held} 次。"
        url = reverse("conferences:call", args=[unit.pk])
        yield Todo("召开联席会议", url, text, due=_end_of(pace.due), tone="warning" if late else "action")


def _minutes(meeting: Meeting, today: date, *, may_confirm: bool) -> Todo:
    late = today - meeting.day > PATIENCE
    if meeting.minutes:
        text = "请核对后确认，议定事项列为工作方案的任务。" if may_confirm else "已经写好，等本单位负责人确认。"
        return Todo(f"{meeting}的纪要待确认", meeting.get_absolute_url(), text, tone="action" if may_confirm else "info")
    text = f"{meeting.day} 已召开，还没有写纪要。"
    return Todo(f"记录{meeting}的纪要", reverse("conferences:minutes", args=[meeting.pk]), text, tone="warning" if late else "action")


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))
