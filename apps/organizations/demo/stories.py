"""What the made-up reports share: who is behind them, and their way through the lifecycle, told with its dates."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.accounts.models import User
from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import as_shown
from apps.organizations.demo import person_name
from apps.organizations.enums import SchoolArea
from apps.organizations.models import Organization, RoleHolding, School, TenantReport


class Cast:
    """The schools of the demo, their counselors, and the people who decide for the reporting units."""

    def __init__(self, random: Random) -> None:
        self.schools = list(
            School.objects.select_related("organization__parent", "organization__county").order_by(
                "organization__county__position", "organization_id"
            )
        )
        holdings = RoleHolding.objects.filter(role__in=["school_counselor", "county_lead"]).prefetch_related("group__user_set")
        self.people = {holding.organization_id: min(holding.group.user_set.all(), key=lambda user: user.pk) for holding in holdings}
        self.accounts = {user.username: pk for pk, user in self.people.items()}
        self._name_the_others([school.organization_id for school in self.schools], random)

    def _name_the_others(self, keys: Iterable[int], random: Random) -> None:
        """A school without an account of its own has a counselor who cannot sign in: a name behind what was reported."""
        missing = {f"demo-counselor-{pk}": pk for pk in keys if pk not in self.people}
        known = User.objects.in_bulk(missing, field_name="username")
        new = [
            User(username=name, name=person_name(random), password="!", is_active=False)  # noqa: S106
            for name in missing
            if name not in known
        ]
        self.people |= {missing[user.username]: user for user in [*known.values(), *User.objects.bulk_create(new)]}

    def school(self, username: str) -> School:
        """The school of a demo account; of a reporting unit's account, its first country school."""
        held_at = self.accounts[username]
        there = [school for school in self.schools if held_at in (school.organization_id, school.county_id) and not school.closed_on]
        return next((school for school in there if school.area == SchoolArea.RURAL), there[0])

    def open_in(self, year: int) -> list[School]:
        return [
            school
            for school in self.schools
            if (school.opened_on is None or school.opened_on.year <= year) and (school.closed_on is None or school.closed_on.year > year)
        ]


@dataclass
class Story:
    """A report before it is written, and the steps that brought it where it is."""

    report: Any
    steps: list[dict[str, Any]] = field(default_factory=list)

    def then(self, verb: Verb, at: datetime, by: User, unit: Organization, slot: str = "", **facts: Any) -> None:
        """What the lifecycle would have written at that moment."""
        report = self.report
        match verb:
            case Verb.SUBMIT:
                report.state, report.submitted_at, report.submitted_by = State.SUBMITTED, report.submitted_at or at, by
            case Verb.RETURN:
                report.state, report.decided_at = State.RETURNED, at
            case Verb.APPROVE:
                if decided := next(each.decided_field for each in report.slots() if each.key == slot):
                    setattr(report, decided, at)
                if not decided or not report.open_slots():
                    report.state, report.decided_at = State.APPROVED, at
        report.version += 1
        report.updated_by = by
        said = {"content": report.content(), "shown": as_shown(report), "edition": 1 if report.state == State.APPROVED else None}
        self.steps.append({"verb": verb, "at": at, "by": by, "on_behalf_of": unit.office, "slot": slot, **said, **facts})


def write(stories: Sequence[Story], model: type[TenantReport], step: Any) -> None:
    """Reports and their steps, a TenantStep with `report`, each in one statement; a step's `remarks` are (office, passage → text)."""
    model.objects.bulk_create(story.report for story in stories)
    told = [(story.report, facts.pop("remarks", None), facts) for story in stories for facts in story.steps]
    steps = step.objects.bulk_create(step(report=report, **facts, **report.tenancy()) for report, _, facts in told)
    write_remarks([(taken, said) for taken, (_, said, _) in zip(steps, told, strict=True) if said])
    model.objects.update(updated_at=Coalesce("decided_at", "submitted_at", "created_at"))  # an insert puts down the moment of the load


def write_remarks(said: Iterable[tuple[Any, tuple[Organization, Mapping[str, str]]]]) -> None:
    """The remarks that went out with steps: (the step, whose office said it and passage → text)."""
    rows = []
    for step, (office, texts) in said:
        labels = {passage.name: passage.label for passage in step.passages}
        facts = {"report": step.report, "step": step, "by": step.by, "at": step.at, "office": office, "office_county_id": office.county_id}
        rows += [
            step.remarks.model(passage=name, label=labels.get(name, name), text=text, **facts, **step.tenancy())
            for name, text in texts.items()
        ]
    if rows:
        type(rows[0]).objects.bulk_create(rows)


def write_locked(model: Any, reports: Sequence[Any], rows: Callable[[], Any]) -> None:
    """Reports with rows of their own: these can only be written while a report is a draft, so its state comes last."""
    states = [report.state for report in reports]
    for report in reports:
        report.state = State.DRAFT
    model.objects.bulk_create(reports)
    rows()
    for report, state in zip(reports, states, strict=True):
        report.state = state
    model.objects.bulk_update(reports, ["state"])


def moment(day: date, random: Random) -> datetime:
    """Some time in the office hours of a day; never still to come."""
    at = timezone.make_aware(datetime.combine(day, time(random.randint(8, 16), random.randint(0, 59))))
    return min(at, timezone.now())
