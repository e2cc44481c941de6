"""The office's board of a year: every unit that reports, where it stands, how long it still has, and whether it was reminded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from apps.core.lifecycle.standings import Board, Standing
from apps.notices.models import Event
from apps.notices.selectors import Telling, recipients, told_about
from apps.organizations.models import Organization
from apps.plans.enums import MISSING
from apps.plans.enums import Standing as Where
from apps.plans.models import Plan
from apps.years import selectors as years
from apps.years.models import Extension, Window

RELATED = ("window", "organization", "updated_by")
TO = "plans.edit"  # who is reminded: whoever may write the plan


@dataclass(frozen=True)
class Line(Standing):
    """One unit. Of a draft the office knows that it was begun and when it was last written, and not a word of it."""

    window: Window
    begun_at: datetime | None = None
    until: date | None = None  # where it was granted more time
    told: Telling | None = None  # the last reminder

    @property
    def where(self) -> Where:
        if self.report is not None:
            return Where(self.report.state)
        return Where.DRAFT if self.begun_at else Where.NOT_BEGUN

    @property
    def state_label(self) -> str:
        return self.report.state_label if self.report else self.where.label

    @property
    def is_missing(self) -> bool:
        return self.where in MISSING

    @property
    def is_late(self) -> bool:
        """Handed in late, or not handed in though it is due."""
        return self.report.is_late if self.report else timezone.now() > self.window.due_at

    @property
    def days_left(self) -> int | None:
        """Until the due day, negative once it is over; None for who has handed in."""
        return (self.window.due_on - timezone.localdate()).days if self.is_missing else None

    @property
    def sorted_days(self) -> int:
        """For sorting: who has the least time left first, who has handed in last."""
        return 9999 if self.days_left is None else self.days_left

    @property
    def timing(self) -> str:
        """On time or not, and how long it still has."""
        if not self.is_missing:
            return "逾期上报" if self.is_late else "按时上报"
        left = self.days_left or 0
        words = f"还有 {left} 天" if left > 0 else "今天截止" if left == 0 else f"已逾期 {-left} 天"
        return f"{words}，延至 {self.until:%Y-%m-%d}" if self.until else words

    @property
    def remark_count(self) -> int:
        return self.report.remark_count if self.report else 0

    @property
    def last_at(self) -> datetime | None:
        return self.report.updated_at if self.report else self.begun_at

    @property
    def reminded(self) -> str:
        """By whom and when it was last reminded, and how many have read it."""
        if self.told is None:
            return ""
        event, at = self.told.event, timezone.localtime(self.told.event.at)
        read = f"，{len(self.told.readers)} 人中 {self.told.read} 人已读" if self.told.readers else ""
        return f"{at:%Y-%m-%d %H:%M} {event.by or '系统'}{read}"

    @property
    def is_reminded_today(self) -> bool:
        return self.told is not None and timezone.localtime(self.told.event.at).date() == timezone.localdate()


def matter_of(window: Window) -> str:
    """What reminders about a year's plans are known by."""
    return f"plans.{window.pk}"


def lines(*, window: Window, user: Any) -> list[Line]:
    """One line per unit that reports and that the user sees, in the circular's order."""
    plans = Plan.objects.visible_to(user).in_window(window).with_open_remarks().select_related(*RELATED)
    known = {plan.organization_id: plan for plan in plans}
    begun = dict(Plan.objects.in_window(window).begun(user))
    more_time = dict(Extension.objects.visible_to(user).granted().filter(window=window).values_list("organization", "until"))
    told: dict[int, Telling] = {}
    for telling in told_about(matter_of(window), user=user):
        told.setdefault(telling.event.organization_id, telling)
    units: Iterable[Organization] = years.reporters(window=window, user=user)
    return [
        Line(unit, window.year, known.get(unit.pk), window, begun.get(unit.pk), more_time.get(unit.pk), told.get(unit.pk)) for unit in units
    ]


def board(*, window: Window, user: Any) -> Board:
    return Board(window.year, tuple(lines(window=window, user=user)))


def readers(*, units: Iterable[Organization], by: Any) -> dict[int, list[str]]:
    """Who would read a reminder at each unit: the key of the unit → names."""
    found = {unit.pk: [user for user, _ in recipients(Event(organization=unit, addressee=unit, to=TO, by=by))] for unit in units}
    people = get_user_model().objects.in_bulk({user for users in found.values() for user in users})
    return {unit: sorted(people[user].name for user in users) for unit, users in found.items()}
