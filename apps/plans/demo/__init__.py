"""Made-up work plans: 2012 and 2013 closed, the year last handed in complete, and the open year with a plan in every state.

The open year is the one whose 10 April comes next, so the demo never starts late. 南湖区 has not begun it: that is the visitor's to do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db.models import Count
from django.utils import timezone

from apps.accounts.models import User
from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import as_shown
from apps.organizations.demo import SLUGS, person_name
from apps.organizations.demo.stories import write_locked, write_remarks
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.plans import selectors
from apps.plans.demo.texts import NOTES, REASON, REMARKS, Row, Texts
from apps.plans.models import Plan, Stage, Step, Task
from apps.plans.services import lay_out
from apps.years.models import Window

Route = Sequence[tuple[Verb, int]]  # what happens to a plan, and on which day counted from some day
AFTER = {Verb.SUBMIT: State.SUBMITTED, Verb.RETURN: State.RETURNED, Verb.APPROVE: State.APPROVED}
STRAIGHT: Route = ((Verb.SUBMIT, 0), (Verb.APPROVE, 5))
RETURNED_ONCE: Route = ((Verb.SUBMIT, 0), (Verb.RETURN, 4), (Verb.SUBMIT, 9), (Verb.APPROVE, 13))
LATE_UNIT, DETOURS = "桐乡市", ("秀洲区", "港区")  # in the year last handed in
# The open year, in days from today. An empty route is a draft; who is not listed has not begun.
OPEN_YEAR: dict[str, Route] = {
    "海盐县": ((Verb.SUBMIT, -9), (Verb.APPROVE, -4)),
    "秀洲区": ((Verb.SUBMIT, -8), (Verb.RETURN, -5)),
    "嘉善县": ((Verb.SUBMIT, -6),),
    "海宁市": ((Verb.SUBMIT, -3),),
    "平湖市": ((Verb.SUBMIT, -1),),
    "桐乡市": (),
    "港区": (),
}


@dataclass
class _Story:
    """A plan before it is written, its rows, and the steps it has gone through."""

    plan: Plan
    rows: list[Row]
    steps: list[tuple[Verb, datetime]]


def load(*, today: date, random: Random) -> None:
    """Windows, plans, stages and steps, each in one statement."""
    open_year = today.year if today <= date(today.year, 4, 10) else today.year + 1
    closed = [_window(year) for year in sorted({2012, 2013, open_year - 1})]
    opening = _window(open_year, opens_on=min(date(open_year, 1, 1), today - timedelta(days=14)))
    for window in Window.objects.bulk_create([*closed, opening]):
        lay_out(window=window)
    teller = _Teller(today, random)
    stories = [teller.closed(unit, window, latest=window is closed[-1]) for window in closed for unit in teller.units]
    stories += [teller.opened(unit, opening) for unit in teller.units if unit.name in OPEN_YEAR]
    _write(stories)


def _window(year: int, **dates: date) -> Window:
    return Window(
        year=year, kind="plans", **{"opens_on": date(year, 1, 1), "due_on": date(year, 4, 10), "closes_on": date(year, 12, 31), **dates}
    )


class _Teller:
    """Makes up what each unit wrote and what became of it."""

    def __init__(self, today: date, random: Random) -> None:
        self.today, self.random = today, random
        self.units = list(Organization.objects.counties())
        self.users = User.objects.in_bulk([*SLUGS.values(), "city"], field_name="username")
        counted = Organization.objects.of_kind(Kind.TOWN, Kind.PLACE, Kind.SCHOOL).order_by().values_list("county", "kind")
        self.sizes = {(county, kind): size for county, kind, size in counted.annotate(size=Count("pk"))}
        self.people = {unit.pk: (person_name(random), person_name(random)) for unit in self.units}

    def closed(self, unit: Organization, window: Window, *, latest: bool) -> _Story:
        """A year that is over: everybody's plan approved, in the latest one of them late and two returned once."""
        late, detour = latest and unit.name == LATE_UNIT, latest and unit.name in DETOURS
        first = window.due_on + timedelta(days=3 if late else -self.random.randint(12, 28))
        return self.tell(unit, window, first, RETURNED_ONCE if detour else STRAIGHT)

    def opened(self, unit: Organization, window: Window) -> _Story:
        """The open year: a draft has only its beginning, and what was returned lacks the stage the city asked for."""
        route = OPEN_YEAR[unit.name]
        story = self.tell(unit, window, self.today, route)
        if not route:
            story.plan.texts |= {"measures": "", "safeguards": ""}
            story.plan.leader = ""
            story.rows = story.rows[:2]
        elif route[-1][0] == Verb.RETURN:
            story.rows = story.rows[:-1]
        if route:
            story.plan.figures = selectors.figures(plan=story.plan, user=self.users["city"])
        return story

    def tell(self, unit: Organization, window: Window, day: date, route: Route) -> _Story:
        towns, places, schools = (self.sizes.get((unit.pk, kind), 0) for kind in (Kind.TOWN, Kind.PLACE, Kind.SCHOOL))
        texts = Texts(unit.name, window.year, towns, places, schools, self.random)
        leader, contact = self.people[unit.pk]
        author, office = self.users[SLUGS[unit.name]], self.users["city"]
        steps = [(verb, self.moment(day + timedelta(days=offset))) for verb, offset in route]
        begun_at = self.moment((steps[0][1].date() if steps else day) - timedelta(days=3))
        plan = Plan(
            **dict.fromkeys(("organization", "county"), unit),
            window=window,
            texts=texts.written(),
            leader=f"{leader}，{texts.office}负责人",
            contact=f"{contact}，0573-0000{self.random.randint(1000, 9999)}",
            version=2 + len(steps),
            created_by=author,
            created_at=begun_at,
            updated_by=office if steps and steps[-1][0] != Verb.SUBMIT else author,
        )
        plan.updated_at = steps[-1][1] if steps else begun_at
        if steps:
            plan.state = AFTER[steps[-1][0]]
            plan.submitted_by, plan.submitted_at = author, steps[0][1]
            plan.decided_at = steps[-1][1] if steps[-1][0] != Verb.SUBMIT else None
        return _Story(plan, texts.rows(), steps)

    def moment(self, day: date) -> datetime:
        """Some time in the office hours of a day; never still to come."""
        at = datetime.combine(day, time(8, 30)) + timedelta(minutes=self.random.randint(0, 500))
        return min(timezone.make_aware(at), timezone.now())


def _write(stories: Sequence[_Story]) -> None:
    plans, updated = [story.plan for story in stories], [story.plan.updated_at for story in stories]
    for window in {plan.window for plan in plans}:
        approved = [plan for plan in plans if plan.window == window and plan.state == State.APPROVED]
        for plan in approved:
            plan.number = 1 + approved.index(plan)
    write_locked(
        Plan,
        plans,
        lambda: Stage.objects.bulk_create(
            Stage(plan=story.plan, position=position, **row, **story.plan.tenancy())
            for story in stories
            for position, row in enumerate(story.rows, start=1)
        ),
    )
    for plan, at in zip(plans, updated, strict=True):
        plan.updated_at = at
    Plan.objects.bulk_update(plans, ["updated_at"])  # an insert puts down the moment of the load
    Task.objects.bulk_create(task for story in stories for task in _tasks(story))
    office = User.objects.get(username="city")
    city = Organization.objects.get(kind=Kind.CITY)
    steps = Step.objects.bulk_create(step for story in stories for step in _steps(story, office, city))
    write_remarks((step, (city, REMARKS)) for step in steps if step.verb == Verb.RETURN)


def _tasks(story: _Story) -> Iterator[Task]:
    """The tasks of an approved plan: what is past was done in time, but for one that is late now and then."""
    if story.plan.state != State.APPROVED:
        return
    today, closed = timezone.localdate(), story.plan.year < timezone.localdate().year
    for n, row in enumerate(story.rows):
        past = row["ends_on"] < today and (closed or n != 3)
        done = {"done_on": row["ends_on"] - timedelta(days=n), "note": NOTES[n % len(NOTES)]} if past else {}
        yield Task(plan=story.plan, is_stage=True, **row, **done, **story.plan.tenancy())


def _steps(story: _Story, office: User, city: Organization) -> Iterator[Step]:
    """The steps of a plan; each says what the plan says now, because a made-up plan was never revised."""
    plan = story.plan
    content = {**plan.content(), "stages": story.rows}
    shown = as_shown(plan)
    more: dict[Verb, dict[str, Any]] = {Verb.RETURN: {"reason": REASON}, Verb.APPROVE: {"slot": "review", "edition": 1}}
    for verb, at in story.steps:
        by, unit = (plan.created_by, plan.organization) if verb == Verb.SUBMIT else (office, city)
        facts = more.get(verb, {})
        yield Step(report=plan, verb=verb, at=at, by=by, on_behalf_of=unit.office, content=content, shown=shown, **facts, **plan.tenancy())
