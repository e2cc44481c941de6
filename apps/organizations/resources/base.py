"""Where a row of a ledger belongs: its reporting unit, its town, the school or place; told by their names."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator, MaxLengthValidator
from django.db import models
from django.db.models import Case, F, Value, When
from django.utils import timezone

from apps.core.forms import WORDS
from apps.core.ledgers.cells import Cell, Name, plain
from apps.core.ledgers.ledger import Column, Errand, Ledger, Row
from apps.core.scope import Scope
from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.organizations.querysets import CLOSED_ON

BRACKETS = str.maketrans("()", "（）"), str.maketrans("（）", "()")
COUNTY = Column("报送单位", "county_name", cell=Name(), key=True, aliases=("县（市、区）", "区县", "县市区"), width=14, example="南湖区")
TOWN = Column(
    "镇（街道）", "town_name", cell=Name(), key=True, aliases=("镇", "街道", "乡镇", "所属镇（街道）"), width=14, example="凤桥镇"
)


class Words(Cell):
    """Free text, kept as it was written: spaces within it, and its lines."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return value.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else plain(value)


def rules_of(model: type[models.Model], name: str) -> list[Callable[[Any], None]]:
    """What a form asks of a field of the model, in the form's words."""
    field: Any = model._meta.get_field(name)
    rules = [rule for rule in field.validators if not isinstance(rule, MaxLengthValidator | DecimalValidator)]
    if field.max_length:
        rules.append(MaxLengthValidator(field.max_length, WORDS[forms.Field]["max_length"]))
    if isinstance(field, models.DecimalField):
        rules.append(_fitting(10 ** (field.max_digits - field.decimal_places)))
    return rules


def _fitting(limit: int) -> Callable[[Any], None]:
    def fits(number: Any) -> None:
        if abs(number) >= limit:
            raise ValidationError(WORDS[forms.DecimalField]["max_digits"])

    return fits


class Spot(NamedTuple):
    """A node of the tree, as a row names it."""

    pk: int
    county_id: int
    kind: str
    county: str
    town: str
    name: str
    closed_on: Any


def spots(names: Iterable[str], *kinds: Kind) -> dict[str, list[Spot]]:
    """The organizations of these kinds that are called so, whosever they are: names are a public directory. One statement."""
    wanted = {name for name in names if name}
    written = wanted | {name.translate(table) for name in wanted for table in BRACKETS}
    rows = Organization.objects.of_kind(*kinds).filter(name__among=written)
    found: dict[str, list[Spot]] = {}
    facts = ("pk", "county_id", "kind", "county__name", town_of("parent"), "name", CLOSED_ON)
    for row in rows.values_list(*facts):
        spot = Spot(*row)
        for name in {spot.name, *(spot.name.translate(table) for table in BRACKETS)} & wanted:
            found.setdefault(name, []).append(spot)
    return found


def town_of(parent: str) -> Case:
    """The name of what lies above, where that is a town: a school may stand directly under its reporting unit."""
    is_town = When(**{f"{parent}__kind": Kind.TOWN, "then": F(f"{parent}__name")})
    return Case(is_town, default=Value(""), output_field=models.CharField())


def own(user: Any, permission: str, *kinds: Kind) -> list[tuple[str, str, str]]:
    """Reporting unit, town and name of the organizations for which a user may bring rows in."""
    found = Organization.objects.in_scope(scope_for(user, permission)).of_kind(*kinds).open_on(timezone.localdate())
    return list(found.order_by("county__position", "path").values_list("county__name", town_of("parent"), "name"))


def columns_of(rows: Iterable[Sequence[str]], *names: str) -> dict[str, list[str]]:
    """The different names in each column, in the order of the rows."""
    return {name: [each for each in dict.fromkeys(values) if each] for name, values in zip(names, zip(*rows, strict=True), strict=False)}


Names = tuple[str, str, str]
OWN: Names = ("county", "town", "organization")  # the columns that say where a row belongs


class LocatedLedger(Ledger):
    """Rows that belong to an organization. The subclass has the columns `county`, `town` and `organization`; `town` only where something
    below a town has such rows.
    """

    kinds: ClassVar[tuple[Kind, ...]]  # of the organizations that have such rows
    where: ClassVar[str] = "organization"  # the model's field that names it

    def arranged(self, rows: models.QuerySet) -> models.QuerySet:
        where = self.where
        return rows.annotate(county_name=F(f"{where}__county__name"), town_name=town_of(f"{where}__parent"))

    def prefilled(self, user: Any) -> Iterable[dict[str, Any]]:
        """A row for each of the user's own schools or places."""
        for county, town, name in self._own(user):
            yield {"county": county, "town": town, "organization": name}

    def offered(self, user: Any) -> dict[str, list[str]]:
        return columns_of(self._own(user), "county", "town", "organization")

    def _own(self, user: Any) -> list[tuple[str, str, str]]:
        return own(user, self.permission, *self.kinds)

    def place(self, rows: Sequence[Row], errand: Errand) -> None:
        for row, spot in self.located(rows, errand, OWN, scope_for(errand.by, self.permission)):
            row.organization, row.county = spot.pk, spot.county_id

    def located(self, rows: Sequence[Row], errand: Errand, names: Names, scope: Scope | None) -> Iterator[tuple[Row, Spot]]:
        """The rows with what three of their columns name, which are set to what it is really called; the others get a fault.

        `scope`: where it must lie; None is anywhere.
        """
        own, columns = self.index[names[2]], [self.index.get(name) for name in names]
        known = errand.notes.setdefault(names[2], {})
        if missing := {row.values[own] for row in rows} - known.keys():
            found = spots(missing, *self.kinds)
            known.update({name: found.get(name, []) for name in missing})
        for row in rows:
            here = self._named(row, names)
            answer = known.get(here) or known.setdefault(here, self._choose(here, known[here[2]], names, scope))
            if isinstance(answer, Spot):
                official = answer.county, answer.town, answer.name
                for column, name in zip(columns, official, strict=True):
                    if column is not None:
                        row.values[column] = name
                known[official] = answer
                yield row, answer
            else:
                row.fault(*answer)

    def spot(self, row: Row, errand: Errand, names: Names = OWN) -> Spot:
        """Where a row was placed."""
        return errand.notes[names[2]][self._named(row, names)]

    def _named(self, row: Row, names: Names) -> Names:
        """What its columns say; nothing of a column that the ledger does not have."""
        county, town, own = ("" if (column := self.index.get(name)) is None else row.values[column] for name in names)
        return county, town, own

    def _choose(self, here: Names, found: list[Spot], names: Names, scope: Scope | None) -> Spot | tuple[str, str]:
        """The one that is meant, or the column and the sentence that says why there is none."""
        county, town, name = here
        if not name:
            return names[2], f"请填写{self.fields[names[2]].heading}。"
        if not found:
            return names[2], f"没有叫“{name}”的{'、'.join(kind.label for kind in self.kinds)}，请核对名称。"
        meant = [spot for spot in found if county in ("", spot.county) and town in ("", spot.town)]
        if not meant:
            column = names[1] if names[1] in self.fields and county in ("", found[0].county) else names[0]
            return column, f"“{name}”属于{found[0].county}{found[0].town}，与这里填的不符。"
        covered = [spot for spot in meant if scope is None or scope.covers(spot)]
        if not covered:
            return self.beyond(meant)
        if len(covered) > 1:
            there = [column for column in names[:2] if column in self.fields]
            return there[-1], f"有 {len(covered)} 个“{name}”，请写明{'和'.join(self.fields[column].heading for column in there)}。"
        return covered[0]

    def beyond(self, meant: Sequence[Spot]) -> Spot | tuple[str, str]:
        """What is said of a row that belongs where its writer may not write."""
        return "organization", f"“{meant[0].name}”属于{meant[0].county}，不在您的办理范围内。"
