"""How the joint conferences stand: one reporting unit's, and all of them side by side."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from apps.conferences.enums import Body, Presence
from apps.conferences.models import Decision, Meeting, Member, Rhythm
from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization


def rhythm_of(unit: Organization) -> Rhythm:
    """What the unit agreed, else what the settings say, not saved."""
    return Rhythm.objects.filter(organization=unit).first() or usual(unit)


def usual(unit: Organization) -> Rhythm:
    habit = "每学期一次" if settings.CONFERENCES_A_YEAR == 2 else ""
    return Rhythm(organization=unit, county_id=unit.county_id, times=settings.CONFERENCES_A_YEAR, habit=habit)


@dataclass(frozen=True)
class Pace:
    """How far a unit has come with the meetings of a year, and by when the next one is due; None once all were held."""

    year: int
    rhythm: Rhythm
    held: int
    due: date | None

    @property
    def next(self) -> int:
        """Which one comes next, counted from 1."""
        return self.held + 1

    @property
    def is_behind(self) -> bool:
        return self.is_late(timezone.localdate())

    def is_late(self, today: date) -> bool:
        return self.due is not None and self.due < today


def pace(*, rhythm: Rhythm, held: int, year: int) -> Pace:
    """The meetings of a year are due one after the other, by the ends of equal parts of it."""
    month = next((month for number, month in rhythm.ends if number > held), None)
    return Pace(year, rhythm, held, date(year, month, calendar.monthrange(year, month)[1]) if month else None)


@dataclass(frozen=True)
class Standing:
    """One reporting unit in the city's list."""

    organization: Organization
    members: int
    held: int
    times: int
    last: date | None
    planned: date | None
    open_decisions: int

    @property
    def is_behind(self) -> bool:
        return self.held < self.times


def standings(*, year: int, today: date, user: Any) -> list[Standing]:
    """A line for each unit that the user sees; five queries, however many they are."""
    scope = scope_for(user, "conferences.view")
    units = list(Organization.objects.in_scope(scope).counties())
    members = _per_unit(Member.objects.in_scope(scope).active_on(today), count=Count("pk"))
    held_by = Q(day__lte=today)
    figures = {"held": Count("pk", filter=held_by), "last": Max("day", filter=held_by), "planned": Min("day", filter=Q(day__gt=today))}
    meetings = _per_unit(Meeting.objects.in_scope(scope).convened().in_year(year), **figures)
    decisions = _per_unit(Decision.objects.in_scope(scope).in_year(year).outstanding(), count=Count("pk"))
    times = dict(Rhythm.objects.in_scope(scope).values_list("organization", "times"))
    nothing = {"held": 0, "last": None, "planned": None}
    return [
        Standing(
            organization=unit,
            members=members.get(unit.pk, {}).get("count", 0),
            times=times.get(unit.pk, settings.CONFERENCES_A_YEAR),
            open_decisions=decisions.get(unit.pk, {}).get("count", 0),
            **meetings.get(unit.pk, nothing),
        )
        for unit in units
    ]


@dataclass(frozen=True)
class Totals:
    """What the city's list says above its lines."""

    units: int
    met: int
    behind: int
    held: int
    open_decisions: int


def totals(rows: Sequence[Standing]) -> Totals:
    return Totals(
        units=len(rows),
        met=sum(row.held > 0 for row in rows),
        behind=sum(row.is_behind for row in rows),
        held=sum(row.held for row in rows),
        open_decisions=sum(row.open_decisions for row in rows),
    )


def _per_unit(rows: Any, **figures: Any) -> dict[int, dict[str, Any]]:
    found = rows.order_by().values("organization").annotate(**figures)
    return {row.pop("organization"): row for row in found}


def convener(unit: Organization) -> Member | None:
    return Member.objects.of(unit).active_on(timezone.localdate()).filter(is_convener=True).first()


def invited(meeting: Meeting) -> list[Member]:
    """Who is asked to come, the convener first."""
    return list(Member.objects.sitting_in(meeting))


def presences(meeting: Meeting) -> list[tuple[Presence, list[Member]]]:
    """Who came, who asked to be excused, who did not come; a group that is empty is left out."""
    recorded = list(meeting.attendances.select_related("member"))
    groups = [(presence, [row.member for row in recorded if row.presence == presence]) for presence in Presence]
    return [(presence, members) for presence, members in groups if members]


def who_may_answer(*, meeting: Meeting) -> list[tuple[str, list[str]]]:
    """Who may answer for a decision, in groups: members, their bodies, the unit and its towns (where it has none, its schools)."""
    members = invited(meeting)
    bodies = [Body(body).label for body in dict.fromkeys(member.body for member in members)]
    below = Organization.objects.children_of(meeting.organization, Kind.TOWN, Kind.SCHOOL).order_by("kind", "position", "pk")
    towns = [each for each in below if each.kind == Kind.TOWN]
    units = towns or list(below)
    groups = [
        ("成员", [str(member) for member in members]),
        ("部门", [each for each in bodies if each != Body.OTHER.label]),
        ("本单位和下级", [meeting.organization.office, *(str(each) for each in units)]),
    ]
    return [(label, names) for label, names in groups if names]


def years(*, user: Any, today: date) -> list[int]:
    """The years of which there are meetings to see, and the running one, the latest first."""
    found = Meeting.objects.in_scope(scope_for(user, "conferences.view")).dates("day", "year")
    return sorted({today.year, *(each.year for each in found)}, reverse=True)


def after_confirming(meeting: Meeting) -> str:
    """What became of a confirmed meeting's decisions, in a sentence; nothing where it decided nothing."""
    taken = list(meeting.decisions.values_list("task", flat=True))
    if not taken:
        return ""
    if all(taken):
        return f"{len(taken)} 项议定事项已列为{meeting.year}年工作方案的任务。"
    return f"{meeting.year}年工作方案还没有通过，议定事项等方案通过后列为任务。"


def safeguards(*, unit: Organization) -> list[str]:
    """The conference as the plan's 保障机制 says it: who sits in it and how often it meets, a paragraph each."""
    members = list(Member.objects.of(unit).active_on(timezone.localdate()))
    if not members:
        return []
    return [
        f"建立{unit}统筹城乡队建工作联席会议制度，成员为：{_listed(members)}。",
        f"联席会议{rhythm_of(unit)}，研究、部署、分解、落实各项工作任务。",
    ]


def _listed(members: Iterable[Member]) -> str:
    return "、".join(f"{member.name}（{member.post}{'，召集人' if member.is_convener else ''}）" for member in members)
