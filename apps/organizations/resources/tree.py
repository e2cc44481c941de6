"""Ledgers of the tree itself, and the one of towns. A row is known by its code, and without one by its name where it belongs."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.core import turns
from apps.core.ledgers.cells import Name
from apps.core.ledgers.ledger import MISSING, Column, Errand, Ledger, Part, Row
from apps.core.ledgers.registry import ledger
from apps.organizations.enums import Kind
from apps.organizations.grants import scope_for
from apps.organizations.models import Organization
from apps.organizations.querysets import CLOSED_ON
from apps.organizations.resources.base import COUNTY, TOWN, Spot, columns_of, own, rules_of, spots, town_of

NAMED = rules_of(Organization, "name")
CODE = Column(
    "代码",
    "code",
    cell=Name(),
    rules=rules_of(Organization, "code"),
    aliases=("统计用区划代码", "学校代码", "区划代码"),
    help="可以不填；填写后全市不重复。",
    width=16,
)


class TreeLedger(Ledger):
    """Nodes of one kind, and the profile that hangs off each. `county` and `town` say what it lies below."""

    permission, reading = "organizations.register", "organizations.view"
    kind: ClassVar[Kind]
    parents: ClassVar[tuple[Kind, ...]]
    profile: ClassVar[type[models.Model] | None] = None
    facts: ClassVar[tuple[str, ...]] = ()  # the profile's fields, which are columns too

    county = COUNTY

    class Meta:
        model = Organization
        import_id_fields = ("county", "town", "name")

    def arranged(self, rows: Any) -> models.QuerySet:
        return rows.of_kind(self.kind).annotate(county_name=F("county__name"), town_name=town_of("parent"))

    def listed(self, user: Any) -> models.QuerySet:
        return super().listed(user).order_by("county__position", "path")

    def prefilled(self, user: Any) -> Iterable[dict[str, Any]]:
        """The rows that are there, and may be amended."""
        found = self.arranged(Organization.objects.in_scope(scope_for(user, self.permission)).open_on(timezone.localdate()))
        for cells in self.sheet_rows(found.order_by("county__position", "path")):
            yield dict(zip(self.names, cells, strict=True))

    def offered(self, user: Any) -> dict[str, list[str]]:
        found = columns_of(own(user, self.permission, *self.parents), "county")
        if "town" in self.fields:
            found["town"] = [name for _, _, name in own(user, self.permission, Kind.TOWN)]
        return found

    def place(self, rows: Sequence[Row], errand: Errand) -> None:
        """Below which town, or reporting unit, the row is to stand."""
        scope, known = scope_for(errand.by, self.permission), errand.notes.setdefault("parents", {})
        county = self.index["county"]
        above = self.index.get("town", county)
        if missing := {name for row in rows for name in (row.values[above], row.values[county])} - known.keys():
            found = spots(missing, Kind.TOWN, Kind.COUNTY)
            known.update({name: found.get(name, []) for name in missing})
        for row in rows:
            here = (row.values[county], row.values[above] if above != county else "")
            answer = known.get(here) or known.setdefault(here, self._choose(here, known, scope))
            if isinstance(answer, Spot):
                row.organization, row.county = answer.pk, answer.county_id
                row.values[county] = answer.county
                if above != county:
                    row.values[above] = answer.name if answer.kind == Kind.TOWN else ""
            else:
                row.fault(*answer)

    def _choose(self, here: tuple[str, str], known: dict[str, list[Spot]], scope: Any) -> Spot | tuple[str, str]:
        county, town = here
        name, column = (town, "town") if town else (county, "county")
        if not name:
            return "county", "请填写报送单位。"
        if not town and Kind.COUNTY not in self.parents:
            return "town", "请填写镇（街道）。"
        wanted = Kind.TOWN if town else Kind.COUNTY
        found = [spot for spot in known[name] if spot.kind == wanted and county in ("", spot.county)]
        if not found:
            return column, f"{county}没有叫“{name}”的{wanted.label}，请核对名称。"
        covered = [spot for spot in found if scope.covers(spot)]
        if not covered:
            return "county", f"“{name}”属于{found[0].county}，不在您的办理范围内。"
        return covered[0] if len(covered) == 1 else ("county", f"有 {len(covered)} 个“{name}”，请写明报送单位。")

    def candidates(self, rows: Sequence[Row], errand: Errand) -> models.QuerySet:
        code, name = self.index["code"], self.index["name"]
        codes, names = {row.values[code] for row in rows}, {row.values[name] for row in rows}
        return Organization.objects.filter(Q(code__among=codes - {None}) | Q(kind=self.kind, name__among=names))

    def match(self, rows: Sequence[Row], errand: Errand) -> None:
        """By code, else by name. A code or a name that is somebody else's is a fault: names and codes are a public directory."""
        code, name = self.index["code"], self.index["name"]
        for row in rows:
            row.values[code] = None if row.values[code] is MISSING else row.values[code] or None
        scope, found = scope_for(errand.by, self.permission), self.candidates(rows, errand)
        everybody = list(found.values_list(*Spot._fields[:3], "county__name", town_of("parent"), "name", CLOSED_ON, "code", "parent"))
        by_code = {row[7]: row for row in everybody if row[7]}
        by_name: dict[str, list[Any]] = {}
        for each in everybody:
            if each[2] == self.kind:
                by_name.setdefault(each[5], []).append(each)
        targets: dict[int, Row] = {}
        for row in rows:
            holder = by_code.get(row.values[code]) or self._namesake(row, by_name.get(row.values[name], []))
            if holder is None:
                continue
            spot = Spot(*holder[:7])
            if spot.kind != self.kind:
                row.fault("code", f"这个代码已用于{spot.county}{spot.town}的“{spot.name}”，请核对。")
            elif not scope.covers(spot):
                row.fault(
                    "name" if spot.name == row.values[name] else "code",
                    self._elsewhere(spot, holder[7] is not None and row.values[code] == holder[7]),
                )
            elif spot.pk in targets:
                row.fault("", f"与第 {targets[spot.pk].number} 行是同一个{self.kind.label}，请只保留一行。")
            else:
                row.target, targets[spot.pk] = spot.pk, row
        for target, values in self.stored(self.arranged(Organization.objects.filter(pk__among=targets))):
            row = targets[target]
            row.before = values
            if row.values[code] is None:
                row.values[code] = values[code]  # a row that is known by its name keeps its code
        for row in targets.values():
            self._refuse_namesakes(row, by_name)

    def _namesake(self, row: Row, found: Sequence[Any]) -> Any:
        """The one of that name which stands where the row says."""
        return next((each for each in found if each[8] == row.organization), None)

    def _refuse_namesakes(self, row: Row, by_name: dict[str, list[Any]]) -> None:
        """A row that would get the name which another one has there."""
        other = self._namesake(row, by_name.get(row.values[self.index["name"]], []))
        if other is not None and other[0] != row.target:
            row.fault("name", f"{other[3]}{other[4]}已有“{other[5]}”，请核对。")

    def _elsewhere(self, spot: Spot, by_code: bool) -> str:
        what = "这个代码已用于" if by_code else ""
        return f"{what}{spot.county}{spot.town}的“{spot.name}”，不在您的办理范围内。"

    def inspect(self, rows: Iterable[Row], errand: Errand) -> None:
        county, name, code = self.index["county"], self.index["name"], self.index["code"]
        town = self.index.get("town", county)
        for row in rows:
            if row.before is None:
                continue
            source, goal = (values[town] or values[county] for values in (row.before, row.values))
            if source != goal:
                row.hints.append(f"将从{source}移到{goal}。")
            if row.before[name] != row.values[name]:
                row.hints.append(f"将由“{row.before[name]}”改名为“{row.values[name]}”。")
            if row.before[code] and row.before[code] != row.values[code]:
                row.fault("code", f"已登记的代码是 {row.before[code]}，不能通过导入修改。")

    @classmethod
    def tables(cls) -> Sequence[tuple[type[models.Model], str]]:
        return ((Organization, "id"), *([(cls.profile, "organization")] if cls.profile else []))

    def parts(self) -> Sequence[Part]:
        name, code = self.index["name"], self.index["code"]
        kind = self.kind
        fields = ("parent", "name", "code", "kind")
        tree = Part(Organization, fields, lambda row: (row.organization, row.values[name], row.values[code], kind), fields[:3])
        if self.profile is None:
            return [tree]
        places = [self.index[fact] for fact in self.facts]
        values = lambda row: (row.county, *[row.values[place] for place in places])  # noqa: E731
        return [tree, Part(self.profile, ("county", *self.facts), values, self.facts, by="organization")]

    def lock(self, rows: Sequence[Row]) -> None:
        turns.take("organizations.schools")  # a name is looked for in every reporting unit
        known = {row.target for row in rows if row.target}
        list(Organization.objects.select_for_update(no_key=True).filter(pk__among=known).order_by("pk").values_list("pk"))


@ledger
class Towns(TreeLedger):
    key, label, kind, parents = "towns", "镇（街道）", Kind.TOWN, (Kind.COUNTY,)
    about = "各地的镇和街道。"
    page = "/organizations/?kind=town"

    name = Column("镇（街道）", "name", cell=Name(), required=True, key=True, rules=NAMED, aliases=TOWN.aliases, width=16, example="凤桥镇")
    code = CODE

    class Meta:
        import_id_fields = ("county", "name")
