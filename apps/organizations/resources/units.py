"""Ledgers of Pioneer units: a school's brigade and squads, what reaches a place, and a town's committee (circular §3.2.1)."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models

from apps.core.ledgers.cells import Choice, Day, Name, Whole
from apps.core.ledgers.ledger import Column, Errand, Part, Row
from apps.core.ledgers.registry import ledger
from apps.organizations.enums import AT_PLACE, AT_SCHOOL, AT_TOWN, Kind, UnitKind
from apps.organizations.models import Organization, PioneerUnit
from apps.organizations.resources.base import COUNTY, TOWN, LocatedLedger, rules_of
from apps.organizations.validators import not_in_future, since_founding, unusual

FIELDS = ("organization", "county", "kind", "name", "member_count", "guide", "established_on", "dissolved_on")
AMENDED = ("member_count", "guide", "dissolved_on")


class UnitLedger(LocatedLedger):
    """One unit a row. Its name and the day it was founded stay; giving it a day of dissolution dissolves it."""

    permission, reading = "organizations.edit", "organizations.view"
    unit_kinds: ClassVar[frozenset[UnitKind]]

    county = COUNTY

    class Meta:
        model = PioneerUnit
        import_id_fields = ("county", "town", "organization", "kind", "name")

    def arranged(self, rows: models.QuerySet) -> models.QuerySet:
        return super().arranged(rows.filter(kind__in=self.unit_kinds, organization__kind__in=self.kinds))

    def listed(self, user: object) -> models.QuerySet:
        return super().listed(user).order_by("county__position", "organization__path", "kind", "pk")

    def candidates(self, rows: Sequence[Row], errand: Errand) -> models.QuerySet:
        name = self.index["name"]
        names, organizations = {row.values[name] for row in rows}, {row.organization for row in rows}
        return self.arranged(PioneerUnit.objects.filter(organization__among=organizations, name__among=names))

    def inspect(self, rows: Iterable[Row], errand: Errand) -> None:
        kind, name, members, guide, established, dissolved = (self.index[column] for column in FIELDS[2:])
        for row in rows:
            values, before = row.values, row.before
            if before is None and (closed := self.spot(row, errand).closed_on):
                row.fault("organization", f"“{values[self.index['organization']]}”已于 {closed} 撤并，不能再设立少先队组织。")
            elif before is not None and before[dissolved]:
                row.fault("", f"“{values[name]}”已于 {before[dissolved]} 撤销，不能再修改。")
            elif before is not None and before[established] != values[established]:
                row.fault("established_on", f"已登记的成立日期是 {before[established]}，不能通过导入修改。")
            elif values[dissolved] and values[dissolved] < values[established]:
                row.fault("dissolved_on", "撤销日期不能早于成立日期。")
            elif values[dissolved]:
                row.hints.append(f"将于 {values[dissolved]} 撤销。")
            elif values[kind] == UnitKind.HOLIDAY_TEAM:
                facts = {"member_count": values[members], "guide": values[guide]}
                row.hints += unusual(kind=values[kind], on=values[established], **facts)

    def parts(self) -> Sequence[Part]:
        places = [self.index[column] for column in FIELDS[2:]]
        return [Part(PioneerUnit, FIELDS, lambda row: (row.organization, row.county, *[row.values[place] for place in places]), AMENDED)]

    def lock(self, rows: Sequence[Row]) -> None:
        keys = {row.organization for row in rows if row.organization}
        list(Organization.objects.select_for_update(no_key=True).filter(pk__among=keys).order_by("pk").values_list("pk"))


def _kind(kinds: frozenset[UnitKind]) -> Column:
    return Column("类别", "kind", cell=Choice([kind for kind in UnitKind if kind in kinds]), required=True, key=True, aliases=("组织类别",))


def _name(**facts: str) -> Column:
    return Column("名称", "name", cell=Name(), required=True, key=True, width=24, rules=rules_of(PioneerUnit, "name"), **facts)  # type: ignore[arg-type]


MEMBERS = Column("队员数", "member_count", cell=Whole(), aliases=("少先队员数", "人数"), help="只填人数，不填姓名。", example=38, width=10)
GUIDE = Column(
    "辅导员",
    "guide",
    cell=Name(),
    aliases=("辅导员（成人）", "辅导员姓名"),
    rules=rules_of(PioneerUnit, "guide"),
    example="王芳",
    help="成年人，可以不填。",
)
ESTABLISHED = Column(
    "成立日期",
    "established_on",
    cell=Day(),
    required=True,
    rules=[since_founding, not_in_future],
    aliases=("建队日期",),
    example="2012-04-10",
)
DISSOLVED = Column("撤销日期", "dissolved_on", cell=Day(), rules=[since_founding, not_in_future], help="仍在活动的不填；填写后即撤销。")


@ledger
class SchoolUnits(UnitLedger):
    key, label = "units", "大队、中队"
    about = "学校的大队和中队。"
    page = "/organizations/?kind=school"
    kinds, unit_kinds = (Kind.SCHOOL,), AT_SCHOOL

    town = TOWN
    organization = Column(
        "学校", "organization__name", cell=Name(), required=True, key=True, aliases=("学校名称", "校名"), width=24, example="凤桥镇中心小学"
    )
    kind = _kind(AT_SCHOOL)
    name = _name(example="三（2）中队")
    member_count = MEMBERS
    guide = GUIDE
    established_on = ESTABLISHED
    dissolved_on = DISSOLVED


@ledger
class PlaceUnits(UnitLedger):
    key, label = "place-units", "村（社区）少先队组织"
    about = "村（社区）的雏鹰假日小队、社区少工委、大队和中队。"
    page = "/organizations/?kind=place"
    kinds, unit_kinds = (Kind.PLACE,), AT_PLACE

    town = TOWN
    organization = Column(
        "村（社区）",
        "organization__name",
        cell=Name(),
        required=True,
        key=True,
        aliases=("村", "社区", "村（社区）名称"),
        width=24,
        example="永红村",
    )
    kind = _kind(AT_PLACE)
    name = _name(example="永红雏鹰假日小队")
    member_count = MEMBERS
    guide = GUIDE
    established_on = ESTABLISHED
    dissolved_on = DISSOLVED


@ledger
class TownUnits(UnitLedger):
    key, label = "town-units", "镇（街道）少工委"
    about = "各镇和街道的少工委。"
    page = "/organizations/?kind=town"
    kinds, unit_kinds = (Kind.TOWN,), AT_TOWN

    organization = Column(
        "镇（街道）", "organization__name", cell=Name(), required=True, key=True, aliases=TOWN.aliases, width=24, example="凤桥镇"
    )
    kind = _kind(AT_TOWN)
    name = _name(example="凤桥镇少工委")
    member_count = MEMBERS
    guide = GUIDE
    established_on = ESTABLISHED
    dissolved_on = DISSOLVED

    class Meta:
        import_id_fields = ("county", "organization", "kind", "name")

    def prefilled(self, user: Any) -> Iterable[dict[str, Any]]:
        """Each of the user's towns, with the committee it is asked for."""
        for row in super().prefilled(user):
            yield {**row, "kind": UnitKind.TOWN_COMMITTEE.label, "name": f"{row['organization']}少工委"}
