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
from apps.core.lifecycle.models import Passage, Report, as_shown
from apps.core.lifecycle.remarks import WHOLE

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
    if decision.apart and by.pk in stored.deciders():
        raise DomainError(f"前一环节是您办理的，请由另一位同志{decision.label}。")
    if decision.decided_field:
        setattr(stored, decision.decided_field, timezone.now())
    edition = None
    if not decision.decided_field or not stored.open_slots():
        stored.to_approved()
        edition = stored.steps.filter(edition__isnull=False).count() + 1  # type: ignore[attr-defined]
    return _record(stored, Verb.APPROVE, by=by, slot=slot, edition=edition, on_behalf_of=on_behalf_of)


@transaction.atomic
def send_back(
    *,
    report: R,
    by: Any,
    version: int,
    reason: str,
    remarks: Mapping[str, str] | None = None,
    on_behalf_of: str = "",
    drafted: Mapping[str, Any] | None = None,
) -> R:
    """submitted | approved → returned, with the reason, these remarks (passage → text) and those `drafted` while reading."""
    if not reason.strip():
        raise DomainError("请写明退回理由。", field="reason")
    stored = _lock(report, version)
    if not stored.is_returnable:
        raise Conflict(f"这份材料{stored.state_label}，不能退回。")
    note(report=stored, by=by, texts=remarks or {}, drafted=drafted or {})
    stored.to_returned()
    _record(stored, Verb.RETURN, by=by, reason=reason.strip(), on_behalf_of=on_behalf_of)
    drafts = stored.remarks.filter(step__isnull=True, **(drafted or {}))  # type: ignore[attr-defined]
    drafts.exclude(passage=WHOLE).exclude(text="").update(step=stored.steps.last())  # type: ignore[attr-defined]
    drafts.filter(passage=WHOLE, by=by).update(text="")  # it has become the reason
    return stored


@transaction.atomic
def note(*, report: Report, by: Any, texts: Mapping[str, str], drafted: Mapping[str, Any]) -> None:
    """Keep what a reviewer writes while reading: a draft for each passage and person, so that nobody writes over another's words.

    `drafted` are the columns that say whose draft it is. What has gone out meanwhile with another's return is not kept twice.
    """
    _refuse_frozen(report)
    rows = report.remarks  # type: ignore[attr-defined]
    drafts = {row.passage: row for row in rows.filter(step__isnull=True, by=by).select_for_update()}
    sent = set(rows.filter(step__isnull=False, resolved_at__isnull=True, by=by).values_list("passage", "text"))
    for passage in [Passage(WHOLE, "退回理由", ""), *report.passages()]:
        text, draft = texts.get(passage.name, "").strip(), drafts.get(passage.name)
        if passage.name not in texts or text == (draft.text if draft else "") or (passage.name, text) in sent:
            continue
        facts = {"text": text, "label": passage.label[:80], "at": timezone.now(), **drafted}
        rows.update_or_create(passage=passage.name, step=None, by=by, defaults=facts, create_defaults={**facts, **report.tenancy()})


@transaction.atomic
def answer(*, report: Report, by: Any, answers: Mapping[int, tuple[str, str]]) -> None:
    """What the filer says to remarks: key → (what they saw there, what they wrote). Saved with the draft.

    Raises Conflict where somebody else has answered meanwhile, and nothing is written over.
    """
    open_ones = report.remarks.filter(pk__in=answers, step__isnull=False, resolved_at__isnull=True)  # type: ignore[attr-defined]
    for remark in open_ones.select_for_update(of=("self",)).select_related("answered_by").order_by("pk"):
        seen, words = answers[remark.pk]
        if remark.answer not in (seen, words) and remark.answered_by != by:
            raise Conflict(f"{remark.answered_by}也答复了对“{remark.label}”的意见，您的答复没有保存，其余内容已保存。请核对后再次保存。")
        if words != remark.answer:
            remark.answer, remark.answered_by, remark.answered_at = words, by, timezone.now()
            remark.save(update_fields=["answer", "answered_by", "answered_at"])


@transaction.atomic
def resolve(*, report: Report, remark: int, by: Any, done: bool = True) -> None:
    """A reviewer says that a remark is settled, or takes that back; saying it twice is saying it once."""
    _refuse_frozen(report)
    row = report.remarks.filter(pk=remark, step__isnull=False).select_for_update().first()  # type: ignore[attr-defined]
    if row is None:
        raise DomainError("这条意见已经不在了，请刷新后再看。")
    if done != row.is_open:
        return
    row.resolved_by, row.resolved_at = (by, timezone.now()) if done else (None, None)
    row.save(update_fields=["resolved_by", "resolved_at"])


def mark_read(*, report: Report, by: Any) -> None:
    """Remember the newest step as what this reader has read."""
    if (step := report.steps.last()) is not None:  # type: ignore[attr-defined]
        facts = {"step": step, "at": timezone.now()}
        report.looks.update_or_create(reader=by, defaults=facts, create_defaults={**facts, **report.tenancy()})  # type: ignore[attr-defined]


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
    _refuse_frozen(stored)
    return stored


def _refuse_frozen(report: Report) -> None:
    if report.frozen:
        raise DomainError(report.frozen)


def _record(report: R, verb: Verb, *, by: Any, **facts: Any) -> R:
    report.version += 1
    report.updated_by = by
    report.save()
    said = {"content": report.content(), "shown": as_shown(report)}
    step = report.steps.create(verb=verb, by=by, **said, **facts, **report.tenancy())  # type: ignore[attr-defined]
    steps.announce(report, step)
    return report
