"""The writes of the lifecycle, the same for everything that is reported: check → write → record, in one transaction.

Each takes the `version` its user saw. The row is locked once, late, and someone who comes second is told what happened meanwhile.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils import formats, timezone

from apps.core.errors import Conflict, DomainError
from apps.core.lifecycle import steps
from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import Report

R = TypeVar("R", bound=Report)


class Incomplete(DomainError):
    """The report is not ready to be submitted; `problems` says why, field by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("还不能上报：" + "；".join(problems.values()))
        self.problems = dict(problems)


@transaction.atomic
def save(*, report: R, by: Any, version: int) -> R:
    """Write an edited draft if nobody else changed it since `version`."""
    stored = _lock(report, version)
    if not stored.is_editable:
        raise Conflict(f"这份材料{stored.state_label}，不能再修改。")
    report.version = version + 1
    report.updated_by = by
    report.save()
    return report


@transaction.atomic
def submit(*, report: R, by: Any, version: int, on_behalf_of: str = "") -> R:
    """draft | returned → submitted. Raises Incomplete with a sentence per field."""
    stored = _lock(report, version)
    if not stored.is_editable:
        raise Conflict(f"这份材料{stored.state_label}，无需再次上报。")
    if problems := stored.problems():
        raise Incomplete(problems)
    stored.to_submitted(by=by)
    return _record(stored, Verb.SUBMIT, by=by, on_behalf_of=on_behalf_of)


@transaction.atomic
def approve(*, report: R, slot: str, by: Any, version: int, on_behalf_of: str = "") -> R:
    """Take the decision of one slot; the last one that was waited for makes the report approved."""
    stored = _lock(report, version)
    decision = next((each for each in stored.open_slots() if each.key == slot), None)
    if decision is None:
        raise Conflict(f"这份材料{stored.state_label}，不需要您再办理。")
    if stored.submitted_by_id == by.pk:
        raise DomainError("不能审核自己上报的材料。")
    if decision.decided_field:
        setattr(stored, decision.decided_field, timezone.now())
    if not decision.decided_field or not stored.open_slots():
        stored.to_approved()
    return _record(stored, Verb.APPROVE, by=by, slot=slot, on_behalf_of=on_behalf_of)


@transaction.atomic
def send_back(*, report: R, by: Any, version: int, reason: str, remarks: Mapping[str, str] | None = None, on_behalf_of: str = "") -> R:
    """submitted | approved → returned, with the reason and remarks pinned to fields."""
    if not reason.strip():
        raise DomainError("请写明退回理由。", field="reason")
    stored = _lock(report, version)
    if not stored.is_returnable:
        raise Conflict(f"这份材料{stored.state_label}，不能退回。")
    stored.to_returned()
    return _record(stored, Verb.RETURN, by=by, reason=reason.strip(), remarks=dict(remarks or {}), on_behalf_of=on_behalf_of)


def _lock(report: R, version: int) -> R:
    """The stored row, locked for this transaction; a newer version means someone was faster."""
    stored = type(report)._default_manager.select_for_update(of=("self",)).get(pk=report.pk)
    if stored.version != version:
        last = stored.steps.last()  # type: ignore[attr-defined]
        who = stored.updated_by.name if stored.updated_by else "其他人"
        at = timezone.localtime(stored.updated_at)
        when = formats.date_format(at, "H:i" if at.date() == timezone.localdate() else "n月j日 H:i")
        if last is not None and last.at >= stored.updated_at.replace(microsecond=0) and stored.state != State.DRAFT:
            who, what = last.by.name, f"已{stored.verb_label(last.verb)}"
        else:
            what = "修改了这份材料"
        raise Conflict(f"{who}在 {when} {what}，您的操作没有执行。请核对最新内容后再继续。")
    if stored.frozen:
        raise DomainError(stored.frozen)
    return stored


def _record(report: R, verb: Verb, *, by: Any, **facts: Any) -> R:
    report.version += 1
    report.updated_by = by
    report.save()
    step = report.steps.create(verb=verb, by=by, content=report.content(), **facts, **report.tenancy())  # type: ignore[attr-defined]
    steps.announce(report, step)
    return report
