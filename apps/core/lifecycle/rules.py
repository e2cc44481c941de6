"""Who may take which step of a report. Built on `has_perm` alone, so the same for every app."""

from typing import Any

from apps.core.lifecycle.enums import State
from apps.core.lifecycle.models import Report, Slot


def may_edit(user: Any, report: Report) -> bool:
    return report.is_editable and user.has_perm(f"{report._meta.app_label}.edit", report)


def may_submit(user: Any, report: Report) -> bool:
    return report.is_editable and user.has_perm(f"{report._meta.app_label}.submit", report)


def is_locked_for(user: Any, report: Report) -> bool:
    """Somebody who could edit it, if it were not handed in: the page tells them why not."""
    return not report.is_editable and user.has_perm(f"{report._meta.app_label}.edit", report)


def decides(user: Any, report: Report) -> bool:
    """Is any decision about this report, open or not, the user's?"""
    return any(user.has_perm(slot.permission, slot.about) for slot in report.slots())


def decisions(user: Any, report: Report) -> list[Slot]:
    """The open decisions that are the user's to take; never about what they submitted themselves."""
    if report.submitted_by_id == user.pk:
        return []
    mine = [slot for slot in report.open_slots() if user.has_perm(slot.permission, slot.about)]
    if any(slot.apart for slot in mine) and user.pk in report.deciders():
        return [slot for slot in mine if not slot.apart]
    return mine


def may_return(user: Any, report: Report) -> bool:
    """Whoever is asked to decide may return it instead; what is approved may be returned by whoever reviews or signs."""
    if not report.is_returnable:
        return False
    if report.state != State.APPROVED:
        return bool(decisions(user, report))
    reviews = (slot for slot in report.slots() if slot.permission.endswith((".review", ".sign")))
    return report.submitted_by_id != user.pk and any(user.has_perm(slot.permission, slot.about) for slot in reviews)


def locked_sentence(report: Report) -> str:
    """Why a report can't be edited, and who can change that."""
    if report.frozen:
        return report.frozen
    slots = report.open_slots() or [slot for slot in report.slots() if slot.permission.endswith(".review")]
    who = "、".join(dict.fromkeys(slot.who for slot in slots))
    return f"这份材料{report.state_label}，不能修改。如需修改，请联系{who}退回。"
