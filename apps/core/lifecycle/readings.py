"""What a reviewer sees of a report: its passages, what changed since they last read it, and what was said about each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.lifecycle.diffs import Difference, differences
from apps.core.lifecycle.enums import State, Verb
from apps.core.lifecycle.models import Passage, Report

SINCE_LOOK, SINCE_RETURN, NOTHING = "look", "return", "none"  # what an address asks to compare with, besides a step's key


@dataclass(frozen=True)
class Read:
    """One passage: as it is, as it changed, and what is said about it."""

    passage: Passage
    difference: Difference | None
    box: Any = None
    said: tuple[Any, ...] = ()  # remarks that were sent
    drafted: tuple[Any, ...] = ()  # colleagues' remarks that were not

    @property
    def is_open(self) -> bool:
        """Is there anything to look at, or may it be folded away?"""
        asks = bool(self.drafted or any(remark.is_open for remark in self.said) or (self.box and self.box.value()))
        return self.difference is None or self.difference.change != "same" or asks


@dataclass(frozen=True)
class Base:
    """An earlier reading that the report can be compared with."""

    key: str
    label: str
    step: Any


@dataclass(frozen=True)
class Reading:
    report: Report
    bases: tuple[Base, ...]
    base: Base | None
    look: Any
    is_read: bool  # has this reader read the newest step?
    reads: tuple[Read, ...]

    @property
    def changed(self) -> int:
        return sum(read.difference is not None and read.difference.change != "same" for read in self.reads)

    @property
    def unresolved(self) -> int:
        return sum(remark.is_open for read in self.reads for remark in read.said)

    @property
    def colleagues(self) -> int:
        """Remarks of others that were drafted and wait for a return."""
        return sum(len(read.drafted) for read in self.reads)


def reading(*, report: Report, user: Any, boxes: Iterable[tuple[str, Any]] = (), since: str = "") -> Reading:
    """The report for one reader. `since` names what to compare with; without it their last look, else the last return."""
    steps = list(report.steps.order_by("at", "pk"))  # type: ignore[attr-defined]
    look = report.looks.filter(reader=user).select_related("step").first()  # type: ignore[attr-defined]
    is_read = bool(look and steps and look.step_id == steps[-1].pk)
    bases = tuple(_bases(steps, look))
    base = next((each for each in bases if each.key == since), None) if since else _proposed(bases, is_read=is_read)
    passages = as_handed_in(report, steps)
    found = differences(base.step.passages, passages) if base else []
    compared = {each.name: each for each in found}
    gone = [Passage(each.name, each.label, "") for each in found if each.name not in {passage.name for passage in passages}]
    said = list(report.remarks.select_related("by", "answered_by", "resolved_by", "step"))  # type: ignore[attr-defined]
    own, drawn = dict(boxes), []
    for passage in [*passages, *gone]:
        about = [remark for remark in said if remark.passage == passage.name and remark.text]
        drafts = tuple(remark for remark in about if remark.step_id is None and remark.by_id != user.pk)
        sent = tuple(remark for remark in about if remark.step_id is not None)
        drawn.append(Read(passage, compared.get(passage.name), own.get(passage.name), sent, drafts))
    return Reading(report, bases, base, look, is_read, tuple(drawn))


def as_handed_in(report: Report, steps: Sequence[Any]) -> list[Passage]:
    """What was handed in last. A report that went back is being rewritten: nobody reads unfinished words."""
    return steps[-1].passages if report.state == State.RETURNED and steps else report.passages()


def _bases(steps: Sequence[Any], look: Any) -> Iterable[Base]:
    """Earlier readings, newest first: the reader's own, the last return's, and each submission but the newest."""
    handed_in = [step for step in steps if step.verb == Verb.SUBMIT]
    earlier = [step for step in steps if handed_in and (step.at, step.pk) < (handed_in[-1].at, handed_in[-1].pk) and step.shown]
    if look and look.step in earlier:
        yield Base(SINCE_LOOK, "上次阅看", look.step)
    if returned := next((step for step in reversed(earlier) if step.verb == Verb.RETURN), None):
        yield Base(SINCE_RETURN, "上次退回", returned)
    for step in reversed(earlier):
        if step.verb == Verb.SUBMIT:
            yield Base(str(step.pk), f"第 {handed_in.index(step) + 1} 次上报", step)


def _proposed(bases: Sequence[Base], *, is_read: bool) -> Base | None:
    return next((each for each in bases if each.key in (SINCE_LOOK, SINCE_RETURN)), None) if not is_read else None
