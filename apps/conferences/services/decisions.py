"""What a meeting decided."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from apps.conferences.models import Decision, Meeting
from apps.conferences.services import meetings
from apps.core import seen as seen_rows
from apps.core.errors import DomainError
from apps.core.lifecycle.enums import State
from apps.core.lifecycle.models import Report, Step
from apps.organizations.models import Organization
from apps.plans.models import Plan
from apps.plans.services import tasks

FACTS = ("text", "responsible", "due_on")


@transaction.atomic
def take(*, meeting: Meeting, text: str, responsible: str, due_on: date, by: Any) -> Decision:
    """Put down what is done, who answers for it, and by when."""
    stored = meetings.open_for_change(meeting)
    last = stored.decisions.aggregate(last=Max("position"))["last"] or 0
    decision = Decision(meeting=stored, position=last + 1, text=text, responsible=responsible, due_on=due_on, **stored.tenancy())
    _check(decision)
    decision.save()
    return decision


@transaction.atomic
def amend(*, decision: Decision, seen: str, by: Any, **facts: Any) -> Decision:
    """Raises Conflict when the decision is no longer what was `seen`."""
    meetings.open_for_change(decision.meeting)
    stored = Decision.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=decision.pk)
    seen_rows.check(stored, FACTS, seen)
    _refuse_task(stored)
    for name in FACTS:
        setattr(stored, name, facts[name])
    _check(stored)
    stored.save()
    return stored


@transaction.atomic
def hand_over(*, unit: Organization, year: int, by: Any) -> int:
    """Make tasks of the unit's plan out of what its confirmed minutes of that year decided; returns how many.

    Without an approved plan nothing happens: the decisions wait for it.
    """
    plan = Plan.objects.approved().filter(organization=unit, window__year=year).first()
    if plan is None:
        return 0
    waiting = Decision.objects.of(unit).in_year(year).standing().without_task()
    found = list(waiting.select_for_update(of=("self",)).select_related("meeting").order_by("meeting__day", "position"))
    for decision in found:
        decision.task = tasks.add(
            plan=plan,
            title=decision.text,
            starts_on=decision.meeting.day,
            ends_on=decision.due_on,
            responsible=decision.responsible,
            source=str(decision.meeting),
            by=by,
        )
        decision.save(update_fields=["task"])
    return len(found)


@transaction.atomic
def confirm(*, meeting: Meeting, seen: str, by: Any) -> Meeting:
    """Confirm the minutes, and hand over what was decided. Raises Conflict, DomainError."""
    confirmed = meetings.confirm(meeting=meeting, seen=seen, by=by)
    hand_over(unit=confirmed.organization, year=confirmed.year, by=by)
    return confirmed


def on_step(report: Report, step: Step) -> None:
    """A plan is approved: what was decided before becomes its tasks."""
    if isinstance(report, Plan) and report.state == State.APPROVED:
        hand_over(unit=report.organization, year=report.year, by=step.by)


@transaction.atomic
def drop(*, decision: Decision, by: Any) -> None:
    """Take a decision out of minutes that are not confirmed yet; its history stays."""
    meetings.open_for_change(decision.meeting)
    _refuse_task(Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk))
    Decision.objects.filter(pk=decision.pk).delete()


def _refuse_task(decision: Decision) -> None:
    if decision.task_id:
        raise DomainError("这件事已列为工作方案的任务，不能再改；情况有变化的，请另外登记一条。")


def _check(decision: Decision) -> None:
    if decision.due_on < decision.meeting.day:
        raise DomainError(f"完成时限不能早于会议日期（{decision.meeting.day}）。", field="due_on")
    decision.full_clean()
