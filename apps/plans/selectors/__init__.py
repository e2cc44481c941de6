"""A unit's plans over the years, and the figures that a plan starts from; the office's board of a year is in boards.py."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from apps.core import rich_text
from apps.core.lifecycle import standings
from apps.core.lifecycle.standings import Standing
from apps.coverage.models import Target
from apps.coverage.selectors import overview
from apps.coverage.selectors.targets import Targets
from apps.coverage.services.figures import settle
from apps.organizations.models import Organization
from apps.plans.enums import Progress
from apps.plans.models import Plan, Stage, Task
from apps.plans.sections import STAGES
from apps.years.models import Window

RELATED = ("window", "organization", "updated_by")


def ledger(*, unit: Organization, windows: Sequence[Window], user: Any) -> Iterator[Standing]:
    """The unit's standing for every year, in the order of the windows."""
    own = Plan.objects.visible_to(user).filter(organization=unit).select_related(*RELATED)
    return standings.ledger(years=[window.year for window in windows], units=[unit], reports=own)


def last_year(plan: Plan) -> Plan | None:
    """The approved plan of the year before: what a new one starts from."""
    return Plan.objects.approved().filter(organization=plan.organization_id, window__year=plan.year - 1).prefetch_related("stages").first()


def carried_over(plan: Plan, before: Plan | None) -> set[str]:
    """The parts that still say what last year's plan said."""
    if before is None:
        return set()
    same = {
        key
        for key, text in plan.texts.items()
        if rich_text.plain(text) and rich_text.plain(text) == rich_text.plain(before.texts.get(key, ""))
    }
    stages = list(plan.stages.values(*Stage.WRITTEN))
    return same | ({STAGES} if stages and stages == [stage.a_year_later() for stage in before.stages.all()] else set())


@dataclass(frozen=True)
class Item:
    """One part of the plan in the list that says what is still to do."""

    key: str
    title: str
    status: str  # filled, missing, carried, or empty where it may be
    sentence: str
    has_remark: bool
    minutes: int  # about what it still takes

    @property
    def is_done(self) -> bool:
        return self.status in ("filled", "empty") and not self.has_remark


@dataclass(frozen=True)
class Checklist:
    """What a plan still needs before it can be handed in, part by part."""

    items: tuple[Item, ...]

    @property
    def done(self) -> int:
        return sum(item.is_done for item in self.items)

    @property
    def left(self) -> int:
        return len(self.items) - self.done

    @property
    def minutes(self) -> int:
        return sum(item.minutes for item in self.items)


MINUTES = {"missing": 4, "carried": 2, "remark": 3}  # to write a part, to read through one from last year, to answer a remark


def checklist(plan: Plan, carried: Collection[str]) -> Checklist:
    """`carried`: the parts that are still last year's."""
    problems = plan.problems()
    remarks = {remark.passage for remark in plan.open_remarks if not remark.answer}
    filled = {name for name, value in plan.parts().items() if value}
    return Checklist(tuple(_item(name, title, problems, carried, filled, name in remarks) for name, title in titles(plan).items()))


def titles(plan: Plan) -> dict[str, str]:
    """What the parts of a plan are called, in order."""
    names = {name: str(plan._meta.get_field(name).verbose_name) for name in plan.content_fields}  # type: ignore[union-attr]
    return {**{section.key: section.title for section in plan.sections}, **names}


def _item(name: str, title: str, problems: Mapping[str, str], carried: Collection[str], filled: set[str], has_remark: bool) -> Item:
    status = "missing" if name in problems else "carried" if name in carried else "filled" if name in filled else "empty"
    minutes = max(MINUTES.get(status, 0), MINUTES["remark"] if has_remark else 0)
    if name in Plan.content_fields:
        minutes = min(minutes, 1)
    return Item(name, title, status, problems.get(name, ""), has_remark, minutes)


LATELY = timedelta(minutes=15)


def also_editing(plan: Plan, user: Any) -> list[tuple[str, datetime]]:
    """Who else saved this draft lately, the last first: name and moment. Drafts save themselves, so whoever writes is here."""
    since = timezone.now() - LATELY
    history: Any = Plan.pgh_event_model  # type: ignore[attr-defined]
    saved = history.objects.filter(pgh_obj=plan.pk, pgh_created_at__gte=since, updated_by__isnull=False).exclude(updated_by=user)
    return list(saved.order_by().values_list("updated_by__name").annotate(at=Max("pgh_created_at")).order_by("-at"))


def figures(*, plan: Plan, user: Any) -> list[dict[str, Any]]:
    """What coverage says about the unit now, against the targets of the plan's year: one line per indicator that has something to count."""
    settle()
    seen = overview(node=plan.organization, year=plan.year, user=user)
    targets = Targets(Target.objects.all())
    return [
        {
            "key": measure.indicator.key,
            "label": measure.indicator.label,
            "covered": measure.ratio.covered,
            "total": measure.ratio.total,
            "target": None if goal is None else float(goal),
            "as_of": timezone.localdate().isoformat(),
        }
        for measure in (seen.measures if seen else ())
        if measure.ratio.total and not measure.is_fact
        for goal in [targets.of(measure.indicator.key, plan.year, plan.county_id)]
    ]


@dataclass(frozen=True)
class Bar:
    """One line of a timeline: where it begins and how long it is, in hundredths of the whole."""

    row: Any  # a stage or a task
    start: float
    length: float


@dataclass(frozen=True)
class Timeline:
    """Rows with days, drawn over the months from the first to the last."""

    bars: tuple[Bar, ...]
    months: tuple[tuple[str, float], ...]  # the months' names and where they begin
    today: float | None


MOST_MONTHS = 24


def timeline(rows: Iterable[Any]) -> Timeline | None:
    """None where fewer than two rows have both days, or they reach too far apart to be drawn."""
    dated = [row for row in rows if row.starts_on and row.ends_on]
    if len(dated) < 2:
        return None
    first = min(row.starts_on for row in dated).replace(day=1)
    months = [first]
    while months[-1] <= max(row.ends_on for row in dated) and len(months) <= MOST_MONTHS:
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    *months, end = months
    if end <= max(row.ends_on for row in dated):
        return None
    whole = (end - first).days

    def at(day: date) -> float:
        return round((day - first).days * 100 / whole, 2)

    today = timezone.localdate()
    bars = tuple(Bar(row, at(row.starts_on), max(0.8, at(row.ends_on + timedelta(days=1)) - at(row.starts_on))) for row in dated)
    names = tuple((f"{month.month}月", at(month)) for month in months)
    return Timeline(bars, names, at(today) if first <= today < end else None)


@dataclass(frozen=True)
class Doing:
    """How far the tasks of a plan are."""

    tasks: tuple[Task, ...]

    def count(self, *progress: Progress) -> int:
        return sum(task.progress in progress for task in self.tasks)

    @property
    def done(self) -> int:
        return self.count(Progress.DONE)

    @property
    def overdue(self) -> int:
        return self.count(Progress.OVERDUE)

    @property
    def total(self) -> int:
        return len(self.tasks) - self.count(Progress.DROPPED)

    @property
    def share(self) -> float | None:
        return self.done / self.total if self.total else None


def doing(plan: Plan) -> Doing:
    return Doing(tuple(plan.tasks.all()))


@dataclass(frozen=True)
class TaskLine:
    """How far one unit is with the tasks of its plan of a year."""

    plan: Plan
    doing: Doing


def task_lines(*, year: int, user: Any) -> list[TaskLine]:
    """A line for every plan of a year that has tasks, in the circular's order; two queries."""
    seen = Plan.objects.visible_to(user).filter(window__year=year, tasks__isnull=False).distinct()
    plans = seen.select_related("organization", "window").prefetch_related("tasks").order_by("county__position", "pk")
    return [TaskLine(plan, doing(plan)) for plan in plans]


def task_years(user: Any) -> list[int]:
    """The years whose plans have tasks, the newest first."""
    years_with = Task.objects.visible_to(user).order_by().values_list("plan__window__year", flat=True).distinct()
    return sorted(years_with, reverse=True)
