"""What everything that is reported has in common: a state, its facts, and a step for every change of it.

A report is a concrete model of an app above; it brings its own step table, so that both carry the same tenant columns.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django_fsm import FSMField, transition

from apps.core.lifecycle.enums import EDITABLE, RETURNABLE, State, Verb

_PERSON: Any = {"to": settings.AUTH_USER_MODEL, "on_delete": models.PROTECT, "related_name": "+", "editable": False}


@dataclass(frozen=True)
class Slot:
    """One decision a submitted report waits for: who may take it, about which organization, and the field that remembers it.

    `stage` orders the decisions: those of a later stage wait for the earlier ones. A report with one decision needs no `decided_field`: its
    state says it all.
    """

    key: str
    label: str  # the button's word: 通过, 接收, 确认
    who: str  # whose decision it is, as the page says it: 市少工委办公室
    permission: str  # asked of `about`: user.has_perm(slot.permission, slot.about)
    about: Any
    hint: str = ""  # what the decision means, for the dialog
    stage: int = 1
    decided_field: str = ""
    apart: bool = False  # never taken by who took an earlier one since the report was submitted


def as_shown(report: "Report") -> list[dict[str, str]]:
    """What a step keeps of the passages."""
    return [asdict(passage) for passage in report.passages()]


@dataclass(frozen=True)
class Passage:
    """One part of a report that a reader sees and a reviewer may remark upon. `text` has a line for each block or row."""

    name: str
    label: str
    text: str
    html: str = ""  # the same as it was laid out, sanitised; empty where plain text is all there is


def displayed(row: models.Model, name: str) -> str:
    """A field's value as a person reads it; empty where there is none."""
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


class Report(models.Model):
    """Anything an organization reports upward: it is drafted, submitted, and returned or approved (circular §5)."""

    # What the row's own words are; an app may rename the verbs of its state (a supervision report is 已接收).
    state_labels: ClassVar[Mapping[str, str]] = {}
    verb_labels: ClassVar[Mapping[str, str]] = {}
    content_fields: ClassVar[tuple[str, ...]] = ()  # what a step records and a remark may be pinned to
    other_content: ClassVar[tuple[str, ...]] = ()  # what it says besides, in its own shape: locked with the rest (locks.py)
    required_fields: ClassVar[tuple[str, ...]] = ()  # what a draft may lack and a submission may not

    state = FSMField("状态", choices=State.choices, default=State.DRAFT, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    created_by = models.ForeignKey(**_PERSON, verbose_name="起草人")
    created_at = models.DateTimeField("起草时间", default=timezone.now, editable=False)
    updated_by = models.ForeignKey(**_PERSON, null=True, verbose_name="修改人")
    updated_at = models.DateTimeField("修改时间", auto_now=True)
    submitted_by = models.ForeignKey(**_PERSON, null=True, verbose_name="上报人")
    submitted_at = models.DateTimeField("上报时间", null=True, editable=False)
    decided_at = models.DateTimeField("办结时间", null=True, editable=False)

    class Meta:
        abstract = True

    @staticmethod
    def state_constraint(name: str) -> models.CheckConstraint:
        """A submitted, returned or approved report has been submitted: the database holds it."""
        handed_in = models.Q(submitted_at__isnull=False, submitted_by__isnull=False, state__in=State.values)
        return models.CheckConstraint(name=name, condition=models.Q(state=State.DRAFT) | handed_in)

    @property
    def frozen(self) -> str:
        """Why nothing about it changes any more, whatever its state, and who can change that; empty while it can."""
        return ""

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_returnable(self) -> bool:
        return self.state in RETURNABLE

    @property
    def state_label(self) -> str:
        return self.state_labels.get(self.state, State(self.state).label)

    def verb_label(self, verb: str) -> str:
        return self.verb_labels.get(verb, Verb(verb).label)

    @property
    def due_at(self) -> datetime | None:
        """The moment after which a submission is late; None where there is no due time."""
        return None

    @property
    def is_late(self) -> bool:
        """Late is a fact about the first submission and the due time, not a state."""
        due = self.due_at
        return due is not None and (self.submitted_at or timezone.now()) > due

    def more_time_url(self, user: Any) -> str:
        """Where this user may ask for more time; empty where there is nothing to ask for."""
        return ""

    def tenancy(self) -> dict[str, Any]:
        """The tenant columns that the report's steps repeat."""
        return {}

    def slots(self) -> tuple[Slot, ...]:
        """Every decision this report needs, in order."""
        raise NotImplementedError

    def open_slots(self) -> tuple[Slot, ...]:
        """The decisions that can be taken now: undecided, of the lowest stage that is not finished."""
        if self.state != State.SUBMITTED:
            return ()
        pending = [slot for slot in self.slots() if not (slot.decided_field and getattr(self, slot.decided_field))]
        stage = min((slot.stage for slot in pending), default=0)
        return tuple(slot for slot in pending if slot.stage == stage)

    def problems(self) -> dict[str, str]:
        """What stands against submitting it: field name → sentence; "" is about the report as a whole. A draft may be incomplete."""
        return {
            name: f"请填写{self._meta.get_field(name).verbose_name}。"  # type: ignore[union-attr]
            for name in self.required_fields
            if getattr(self, name) in (None, "")
        }

    def needed(self) -> set[str]:
        """The names of what a submission may not lack, to be marked in the form."""
        return set(self.required_fields)

    @property
    def last_return(self) -> Any:
        """The step that sent it back, while it waits to be revised."""
        if self.state != State.RETURNED:
            return None
        return self.steps.filter(verb=Verb.RETURN).select_related("by").last()  # type: ignore[attr-defined]

    def content(self) -> dict[str, Any]:
        """What the report says now, for the step's record: plain values by field name."""
        return {name: getattr(self, name) for name in self.content_fields}

    @property
    def open_remarks(self) -> list[Any]:
        """The remarks that were sent and are not resolved, over all returns."""
        if self.submitted_at is None:
            return []
        found = self.remarks.filter(step__isnull=False, resolved_at__isnull=True)  # type: ignore[attr-defined]
        return list(found.select_related("by", "answered_by", "step"))

    def deciders(self) -> set[int]:
        """Who has taken a decision since the report was last submitted."""
        submitted = self.steps.filter(verb=Verb.SUBMIT).last()  # type: ignore[attr-defined]
        taken = self.steps.filter(verb=Verb.APPROVE)  # type: ignore[attr-defined]
        return set((taken.filter(pk__gt=submitted.pk) if submitted else taken).values_list("by", flat=True))

    def passages(self) -> list[Passage]:
        """What the report says now, as it is read and remarked upon."""
        return [
            Passage(name, str(self._meta.get_field(name).verbose_name), displayed(self, name))  # type: ignore[union-attr]
            for name in self.content_fields
        ]

    @transition(field=state, source=list(EDITABLE), target=State.SUBMITTED)
    def to_submitted(self, *, by: Any) -> None:
        # Late or not is decided once: revising a returned report in time does not become late.
        self.submitted_at = self.submitted_at or timezone.now()
        self.submitted_by = by
        self.decided_at = None
        for slot in self.slots():
            if slot.decided_field:
                setattr(self, slot.decided_field, None)

    @transition(field=state, source=State.SUBMITTED, target=State.APPROVED)
    def to_approved(self) -> None:
        self.decided_at = timezone.now()

    @transition(field=state, source=list(RETURNABLE), target=State.RETURNED)
    def to_returned(self) -> None:
        self.decided_at = timezone.now()


class Step(models.Model):
    """One step in a report's life: who, when, why, and what the report said at that moment."""

    append_only = True

    verb = models.CharField("步骤", max_length=10, choices=Verb.choices)
    slot = models.CharField("环节", max_length=20, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    on_behalf_of = models.CharField("经办单位", max_length=60, blank=True)
    at = models.DateTimeField("时间", default=timezone.now, editable=False)
    reason = models.TextField("理由", blank=True)
    content = models.JSONField("当时内容", encoder=DjangoJSONEncoder)
    shown = models.JSONField("当时文字", default=list)  # the same as it was read: passages, whatever later becomes of fields and sections
    edition = models.PositiveSmallIntegerField("版次", null=True)  # of the step that approved it: which approved text this is

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    @property
    def verb_label(self) -> str:
        """The step in the report's own words: 通过, 接收, 接受邀请."""
        slot = next((each for each in self.report.slots() if each.key == self.slot), None) if self.slot else None  # type: ignore[attr-defined]
        return slot.label if slot else self.report.verb_label(self.verb)  # type: ignore[attr-defined]

    @property
    def passages(self) -> list[Passage]:
        """What the report said at that moment."""
        return [Passage(**passage) for passage in self.shown]
