"""What a meeting decided."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from apps.conferences.models import Decision, Meeting
from apps.conferences.services import meetings
from apps.core import seen as seen_rows
from apps.core.errors import DomainError

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
    for name in FACTS:
        setattr(stored, name, facts[name])
    _check(stored)
    stored.save()
    return stored


@transaction.atomic
def drop(*, decision: Decision, by: Any) -> None:
    """Take a decision out of minutes that are not confirmed yet; its history stays."""
    meetings.open_for_change(decision.meeting)
    Decision.objects.filter(pk=decision.pk).delete()


def _check(decision: Decision) -> None:
    if decision.due_on < decision.meeting.day:
        raise DomainError(f"完成时限不能早于会议日期（{decision.meeting.day}）。", field="due_on")
    decision.full_clean()
