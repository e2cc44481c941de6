"""Ledgers of what schools report. A file makes drafts and changes what is being written; it submits nothing and decides nothing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from apps.core.ledgers.cells import Cell, Day, Name
from apps.core.ledgers.ledger import Column, Errand, Part, Row
from apps.core.lifecycle.enums import EDITABLE, State
from apps.core.lifecycle.rules import locked_sentence
from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.organizations.resources.base import LocatedLedger, Spot

STAMPS = ("created_by", "updated_by", "updated_at", "version")  # what a service writes besides the words


class LocalDay(Day):
    """A moment, as its day."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> date | None:
        return None if value is None else timezone.localdate(value)


SCHOOL = Column(
    "学校", "organization__name", cell=Name(), required=True, key=True, aliases=("学校名称", "校名"), width=24, example="凤桥镇中心小学"
)
STATE = Column("状态", "state_words", cell=Cell(), derived=True, width=10)
SUBMITTED = Column("提交日期", "submitted_at", cell=LocalDay(), derived=True)


class ReportLedger(LocatedLedger):
    """Reports of schools. Whoever may `enter` at a school brings in a draft where it has none; what is there already is changed only by
    whoever may edit it, and a draft that its writer does not see is not compared with.
    """

    kinds = (Kind.SCHOOL,)
    sides: ClassVar[tuple[str, ...]] = ("organization", "county")  # the fields that say whose it is, and the year; the rest may change
    content: ClassVar[tuple[str, ...]]  # the columns that the model has as fields
    draft_keys: ClassVar[tuple[str, ...]] = ()  # at which a hidden draft is in the way; the natural key where nothing else is said
    related: ClassVar[tuple[str, ...]] = ("organization__school", "county")  # what the sentence about a locked report reads

    @property
    def app(self) -> str:
        return self._meta.model._meta.app_label

    # Out.

    def arranged(self, rows: models.QuerySet) -> models.QuerySet:
        cases = [When(condition, then=Value(words)) for condition, words in self.state_words()]
        return super().arranged(rows).annotate(state_words=Case(*cases, default=Value(""), output_field=models.CharField()))

    def state_words(self) -> Iterator[tuple[Q, str]]:
        """What a list calls the states, the first that fits: `state_label` of the model."""
        for state in State:
            yield Q(state=state), self._meta.model.state_labels.get(state, state.label)

    def listed(self, user: Any) -> models.QuerySet:
        return super().listed(user).order_by("county__position", "organization__path", "pk")

    # In.

    def beyond(self, meant: Sequence[Spot]) -> Spot | tuple[str, str]:
        """A report of others may stand in a file that was taken out here: it is let through if it is as it was (`match`)."""
        return meant[0] if len(meant) == 1 else super().beyond(meant)

    def candidates(self, rows: Sequence[Row], errand: Errand) -> models.QuerySet:
        reports = self._meta.model.objects.filter(organization__in={row.organization for row in rows})
        return self.arranged(reports)

    def match(self, rows: Sequence[Row], errand: Errand) -> None:
        near = self.candidates(rows, errand)
        states = {key: (state, version) for key, state, version in near.values_list("pk", "state", "version")}
        errand.notes["states"] = states
        visible = set(near.visible_to(errand.by).values_list("pk", flat=True))  # type: ignore[attr-defined]
        hidden = set()
        known: dict[Any, list[tuple[int, list[Any]]]] = {}
        drafts = [self.index[name] for name in self.draft_keys] or self.keys
        for target, values in self.stored(near):
            if target in visible:
                for key in self.known_as(target, values):
                    known.setdefault(key, []).append((target, values))
            else:
                hidden.add(tuple([values[index] for index in drafts]))
        enters, taken = scope_for(errand.by, self.permission), errand.notes.setdefault("taken", {})
        for row in rows:
            found, spot = known.get(self.identity(row), []), self.spot(row, errand)
            if found:
                self._take(row, found, taken)
                row.facts["version"] = states[found[0][0]][1] + 1
            elif not enters.covers(spot):
                row.fault("organization", f"“{spot.name}”属于{spot.county}，不在您的办理范围内。")
            elif tuple([row.values[index] for index in drafts]) in hidden:
                row.fault("", "该校已有草稿，请由学校修改。")

    def known_as(self, target: int, values: Sequence[Any]) -> Iterator[Any]:
        """By what a row of a file may name a stored one: see `identity`."""
        yield tuple([values[index] for index in self.keys])

    def _take(self, row: Row, found: list[tuple[int, list[Any]]], taken: dict[int, int]) -> None:
        target, values = found[0]
        if len(found) > 1:
            row.fault("", f"这样的记录已登记 {len(found)} 份，请从系统导出后按编号修改。")
        elif (number := taken.setdefault(target, row.number)) != row.number:
            row.fault("", f"与第 {number} 行是同一份记录，请只保留一行。")
        else:
            row.target, row.before = target, values

    def inspect(self, rows: Iterable[Row], errand: Errand) -> None:
        enters, edits = scope_for(errand.by, self.permission), scope_for(errand.by, f"{self.app}.edit")
        locked, free = [], []
        for row in rows:
            spot = self.spot(row, errand)
            if not enters.covers(spot):
                row.fault("organization", f"“{spot.name}”属于{spot.county}，不在您的办理范围内。")
            elif row.target is None:
                free.append(row)
            elif errand.notes["states"][row.target][0] not in EDITABLE:
                locked.append(row)
            elif not edits.covers(spot):
                row.fault("", f"{spot.name}的{self.label}正在修改，请由学校修改。")
            else:
                free.append(row)
        self._refuse_locked(locked, errand)
        self.examine(free, errand)
        for row in free:
            if lacking := self.lacking(row):
                row.hints.append(f"提交前还要填写{'、'.join(lacking)}。")

    def revert(self, rows: Iterable[Row], errand: Errand) -> None:
        """A report that has been handed in since stays as it was handed in."""
        self.inspect(rows, errand)

    def _refuse_locked(self, rows: Sequence[Row], errand: Errand) -> None:
        if not rows:
            return
        reports = self._meta.model.objects.visible_to(errand.by).select_related(*self.related)
        found = self.with_parts(reports).in_bulk([row.target for row in rows])
        for row in rows:
            row.fault("", locked_sentence(found[row.target]))

    def with_parts(self, reports: models.QuerySet) -> models.QuerySet:
        """What else the sentence about a locked report reads."""
        return reports

    def examine(self, rows: Sequence[Row], errand: Errand) -> None:
        """The rules of the report's form, and of beginning a draft, for rows that may be written."""

    def lacking(self, row: Row) -> list[str]:
        """What a submission would still need."""
        needed = [name for name in self._meta.model.required_fields if name in self.index]
        return [self.fields[name].heading for name in needed if row.values[self.index[name]] in ("", None, ())]

    def parts(self) -> Sequence[Part]:
        model = self._meta.model
        return [Part(model, (*self.sides, *self.content, *STAMPS), self.written, (*self.content, *STAMPS[1:]))]

    def written(self, row: Row) -> Sequence[Any]:
        """The values of `sides`, `content` and `STAMPS`."""
        return (*self.whose(row), *self.said(row), *[row.facts[name] for name in STAMPS])

    def whose(self, row: Row) -> Sequence[Any]:
        return row.organization, row.county

    def said(self, row: Row) -> Sequence[Any]:
        return [row.values[self.index[name]] for name in self.content]

    def write(self, new: Sequence[Row], changed: Sequence[Row], by: Any) -> None:
        now = timezone.now()
        for row in (*new, *changed):
            row.facts = {"version": 1, **row.facts, "created_by": by.pk, "updated_by": by.pk, "updated_at": now}
        super().write(new, changed, by)

    def lock(self, rows: Sequence[Row]) -> None:
        """Nobody begins a draft at these schools, and nobody writes these reports."""
        schools = Organization.objects.filter(pk__in={row.organization for row in rows})
        list(schools.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
        reports = self._meta.model.objects.filter(pk__in={row.target for row in rows if row.target})
        list(reports.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
