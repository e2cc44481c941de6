"""Where a report stands and what comes next, in the words of the people who wait for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils import formats, timezone

from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import Report


@dataclass(frozen=True)
class Stage:
    """One stop on a report's way: done, current, or still to come."""

    label: str
    status: Literal["done", "current", "next"]
    note: str = ""


def stages(report: Report) -> list[Stage]:
    """Writing, submitting, and every decision the report needs, in order."""
    editing = report.is_editable
    draft = Stage("修改" if report.state == State.RETURNED else "填写", "current" if editing else "done", _writing_note(report))
    sent = Stage(report.verb_label(Verb.SUBMIT), "next", _due(report)) if editing else _submitted(report)
    return [draft, sent, *_decisions(report)]


def _submitted(report: Report) -> Stage:
    return Stage(report.verb_label(Verb.SUBMIT), "done", f"{report.submitted_by}，{_moment(report.submitted_at)}")


def _decisions(report: Report) -> list[Stage]:
    waiting = {slot.key for slot in report.open_slots()}
    found = []
    for slot in report.slots():
        if slot.key in waiting:
            found.append(Stage(slot.label, "current", f"等待{slot.who}办理"))
        elif report.state == State.APPROVED or (slot.decided_field and getattr(report, slot.decided_field)):
            decided_at = getattr(report, slot.decided_field or "decided_at")
            found.append(Stage(slot.label, "done", f"{slot.who}，{_moment(decided_at)}" if decided_at else slot.who))
        else:
            found.append(Stage(slot.label, "next", slot.who))
    return found


def _writing_note(report: Report) -> str:
    if report.state == State.RETURNED:
        return "请按退回意见修改后重报"
    return f"{report.created_by}" if report.created_by_id else ""


def _due(report: Report) -> str:
    return f"{_day(report.due_at)}截止" if report.due_at else ""


def _moment(at: datetime | None) -> str:
    return f"{_day(at)} {formats.date_format(timezone.localtime(at), 'H:i')}"


def _day(at: datetime | None) -> str:
    """The day as people say it: the year only where it is not this one."""
    local = timezone.localtime(at)
    return formats.date_format(local, "n月j日" if local.year == timezone.localdate().year else "Y年n月j日")
