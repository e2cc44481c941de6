"""What an app declares: one ledger for each kind of row, as a django-import-export resource.

    class Squads(Ledger):
        key, label, permission = "squads", "中队", "organizations.edit"
        name = Column("中队名称", "name", cell=Name(), required=True)

        class Meta:
            model = PioneerUnit
            import_id_fields = ("organization", "name")

The columns stand in the order of the sheet. `attribute` is where a column's value is read, as `values_list` says it, so a ledger is
exported and compared without making objects. django-import-export reads, compares and saves a row at a time; `checking.py` works in sets.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from import_export.fields import Field
from import_export.resources import Resource

from apps.core import bulk
from apps.core.ledgers.cells import Cell
from apps.core.ledgers.enums import Outcome

MISSING: Any = object()  # the value of a column that the file does not have, until the row is known to be stored or new


class Column(Field):
    """One column of a ledger.

    `aliases` are headings that people use for it. `key`: it says which row is meant, and where it belongs; it is not compared. `rules` are
    validators, asked of values that are new. `formula`: a text that a spreadsheet would compute is refused, which only long texts may be.
    """

    def __init__(
        self,
        heading: str,
        attribute: str,
        *,
        cell: Cell,
        required: bool = False,
        key: bool = False,
        aliases: Sequence[str] = (),
        rules: Sequence[Callable[[Any], None]] = (),
        help: str = "",
        example: Any = "",
        width: int = 14,
        derived: bool = False,
    ) -> None:
        super().__init__(attribute, heading, cell, readonly=derived)
        self.required, self.key, self.aliases, self.rules = required, key, tuple(aliases), tuple(rules)
        self.help, self.example, self.width = help, example, width

    @property
    def heading(self) -> str:
        return self.column_name

    @property
    def cell(self) -> Cell:
        return self.widget

    @property
    def derived(self) -> bool:
        """Shown when the ledger leaves the portal, and not read when it comes back: a state, a date of approval."""
        return self.readonly


class Row:
    """One row of a file on its way in. `values` and `before` stand in the order of the ledger's columns."""

    __slots__ = (
        *("before", "cells", "county", "effects", "facts", "faults", "hints", "number", "organization", "outcome", "target", "values"),
    )

    def __init__(self, number: int, cells: list[Any]) -> None:
        self.number, self.cells = number, cells  # as the file has them
        self.values: list[Any] = []  # what they mean
        self.faults: dict[str, str] = {}  # column (or "" for the row) → a sentence; any makes it wrong
        self.hints: list[str] = []  # what the row would set off, or is worth a second look
        self.organization: int | None = None  # whose row it is; of a row of the tree itself, what lies above it
        self.county: int | None = None
        self.target: int | None = None  # the stored row
        self.before: Sequence[Any] | None = None  # its values
        self.outcome = Outcome.WRONG
        self.facts: dict[str, Any] = {}  # what its parts write besides the columns: keys that its cells stand for, who wrote it
        self.effects: dict[str, Any] = {}  # what it set off beyond its own values, as JSON knows it: `settle` fills it, `unsettle` reads it

    def fault(self, column: str, sentence: str) -> None:
        """The first thing that is wrong with a cell is said."""
        self.faults.setdefault(column, sentence)


@dataclass(frozen=True)
class Part:
    """A table that a ledger writes to: its model's fields, and their values of a row. `by` is the field whose value is the row's target.

    `amends` are the fields that a changed row brings; a field that is not there stays what it was when the row was made.
    """

    model: type[models.Model]
    fields: tuple[str, ...]
    values: Callable[[Row], Sequence[Any]]
    amends: tuple[str, ...]
    by: str = "id"

    def insertions(self, rows: Iterable[Row]) -> Iterator[Sequence[Any]]:
        """The target and the fields of each row."""
        return ((row.target, *self.values(row)) for row in rows)

    def amendments(self, rows: Iterable[Row]) -> Iterator[Sequence[Any]]:
        """The target and what a changed row brings."""
        places = [self.fields.index(name) for name in self.amends]
        for row in rows:
            values = self.values(row)
            yield (row.target, *(values[place] for place in places))


@dataclass
class Errand:
    """One file's way in: who brings it, and which of the ledger's columns it has."""

    by: Any
    present: frozenset[str]
    notes: dict[str, Any] = field(default_factory=dict)  # what a ledger remembers from one batch of rows to the next


class Ledger(Resource):
    """The base of every ledger; see the head of this file. Subclasses say what differs."""

    key: ClassVar[str]  # in addresses and in what is kept: "schools"
    label: ClassVar[str]  # of one row: "学校"
    permission: ClassVar[str]  # to bring rows in, at the organizations they belong to
    reading: ClassVar[str]  # to take rows out
    about: ClassVar[str] = ""  # a sentence on the page where a ledger is chosen
    imports: ClassVar[bool] = True
    page: ClassVar[str] = ""  # the address of the list in which its rows are seen

    fields: dict[str, Column]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.names = tuple(self.fields)
        self.index = {name: position for position, name in enumerate(self.names)}
        self.keys = tuple(self.index[name] for name in self._meta.import_id_fields)

    @property
    def columns(self) -> list[Column]:
        return list(self.fields.values())

    # Out.

    def listed(self, user: Any) -> models.QuerySet:
        """The rows that a user may take out, in the order of the sheet."""
        return self.arranged(self._meta.model.objects.visible_to(user))

    def arranged(self, rows: models.QuerySet) -> models.QuerySet:
        """What `attribute` of the columns asks of a queryset: annotations."""
        return rows

    def sheet_rows(self, rows: models.QuerySet) -> Iterator[list[Any]]:
        """The cells of each row, ready for a sheet; a queryset of `arranged` rows, read a batch at a time."""
        renders = [column.cell.render for column in self.columns]
        for values in rows.values_list(*(column.attribute for column in self.columns)).iterator(chunk_size=5000):
            yield [render(value) for render, value in zip(renders, values, strict=True)]

    def stored(self, rows: models.QuerySet, key: str = "pk") -> Iterator[tuple[int, list[Any]]]:
        """The primary key and the values of each `arranged` row."""
        found = rows.values_list(key, *(column.attribute for column in self.columns))
        orders = [(index, column.cell.ordered) for index, column in enumerate(self.columns) if hasattr(column.cell, "ordered")]
        for target, *values in found.iterator(chunk_size=5000):
            for index, ordered in orders:
                values[index] = ordered(values[index])
            yield target, values

    def prefilled(self, user: Any) -> Iterable[dict[str, Any]]:
        """What the workbook that this user fills in begins with: cells by column, of the rows they are to complete."""
        return ()

    def offered(self, user: Any) -> dict[str, list[str]]:
        """What this user may choose from in columns that name what is there already."""
        return {}

    # In.

    def place(self, rows: Sequence[Row], errand: Errand) -> None:
        """Find where each row belongs: set `organization` and `county`, and the key columns to what is stored; or a fault."""
        raise NotImplementedError

    def candidates(self, rows: Sequence[Row], errand: Errand) -> models.QuerySet:
        """The stored rows that these may be about, whether or not their writer sees them all."""
        raise NotImplementedError

    def match(self, rows: Sequence[Row], errand: Errand) -> None:
        """Set `target` and `before` of each row that is stored already: by the values of the key columns."""
        keys = self.keys
        found = {
            tuple([values[index] for index in keys]): (target, values) for target, values in self.stored(self.candidates(rows, errand))
        }
        for row in rows:
            values = row.values
            if known := found.get(tuple([values[index] for index in keys])):
                row.target, row.before = known

    def identity(self, row: Row) -> Any:
        """What no other row of the file may be, too."""
        values = row.values
        return tuple([values[index] for index in self.keys])

    def inspect(self, rows: Iterable[Row], errand: Errand) -> None:
        """The ledger's own rules, for rows that are new or changed: faults, and hints."""

    def revert(self, rows: Iterable[Row], errand: Errand) -> None:
        """What stands against putting changed rows back as they were: faults. What was right when it was written needs no other rule."""

    @classmethod
    def tables(cls) -> Sequence[tuple[type[models.Model], str]]:
        """The tables of its parts, and in each the field that is a row's target; to be asked where there is no database yet."""
        return ((cls._meta.model, "id"),)

    def parts(self) -> Sequence[Part]:
        """The tables it writes to, in the order in which they are written; none where a service writes instead (`write`)."""
        return ()

    def lock(self, rows: Sequence[Row]) -> None:
        """Keep everybody else from writing what these rows are about, until the transaction ends."""

    def write(self, new: Sequence[Row], changed: Sequence[Row], by: Any) -> None:
        """Write the rows; the new ones have their keys already. A ledger whose rows need a service calls it here, and has no parts."""
        for part in self.parts():
            if new:
                bulk.insert(part.model, (part.by, *part.fields), part.insertions(new))
            if changed and part.amends:
                bulk.update(part.model, part.amends, part.amendments(changed), by=part.by)

    def settle(self, rows: Sequence[Row], by: Any) -> None:
        """What follows from rows that have been written; what it changes elsewhere stands in their `effects`."""

    def unsettle(self, rows: Sequence[Row], by: Any) -> None:
        """Take back what stands in the `effects` of rows that are being taken back."""

    def value(self, row: Row, name: str) -> Any:
        return row.values[self.index[name]]

    def changed(self, row: Row) -> list[str]:
        """The columns whose value is another than the stored one."""
        assert row.before is not None  # only asked of a row that is stored  # noqa: S101
        return [name for name, new, old in zip(self.names, row.values, row.before, strict=True) if new != old]


def obeys(rule: Callable[[Any], None], value: Any) -> str:
    """What a validator says against a value; empty when nothing."""
    try:
        rule(value)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
