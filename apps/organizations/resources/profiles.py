"""Ledgers of what opens and closes: places and schools."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models

from apps.core.ledgers.cells import Choice, Day, Name, Whole, YesNo
from apps.core.ledgers.ledger import Column, Errand, Row
from apps.core.ledgers.registry import ledger
from apps.organizations.enums import Kind, PlaceArea, SchoolArea, SchoolStrength, SchoolType
from apps.organizations.models import PioneerUnit, Place, School
from apps.organizations.resources.base import TOWN, Spot, rules_of
from apps.organizations.resources.tree import CODE, NAMED, TreeLedger
from apps.organizations.validators import not_in_future

CLASSES = rules_of(School, "class_count")


class ProfileLedger(TreeLedger):
    """Nodes that open and close, in the columns `opened_on` and `closed_on`. Giving one a day of closing closes it."""

    units: ClassVar[str]  # what hangs there

    def inspect(self, rows: Iterable[Row], errand: Errand) -> None:
        rows = list(rows)
        super().inspect(rows, errand)
        opened, closed = self.index["opened_on"], self.index["closed_on"]
        closing = []
        for row in rows:
            day, before = row.values[closed], row.before
            if before is not None and before[closed]:
                row.fault("", f"“{row.values[self.index['name']]}”已于 {before[closed]} 撤并，不能再修改。")
            elif day and row.values[opened] and day < row.values[opened]:
                row.fault("closed_on", f"撤并日期不能早于{self.fields['opened_on'].heading}。")
            elif day:
                closing.append(row)
        if closing:
            self._judge_closing(closing)

    def _judge_closing(self, rows: Sequence[Row]) -> None:
        closed = self.index["closed_on"]
        units = PioneerUnit.objects.filter(organization__among=[row.target for row in rows], dissolved_on__isnull=True)
        found = units.values_list("organization").annotate(models.Count("pk"), models.Max("established_on"))
        known = {target: (count, last) for target, count, last in found}
        for row in rows:
            count, last = known.get(row.target, (0, None))
            if last and last > row.values[closed]:
                row.fault("closed_on", f"有少先队组织成立于 {last}，撤并日期不能早于这一天。")
            else:
                row.hints.append(f"将于 {row.values[closed]} 撤并" + (f"，{count} 个{self.units}同日撤销。" if count else "。"))

    def settle(self, rows: Sequence[Row], by: Any) -> None:
        """What is closed takes its units along."""
        closed = self.index["closed_on"]
        closing = {row.target: row for row in rows if row.values[closed] and not (row.before and row.before[closed])}
        units = PioneerUnit.objects.filter(organization__in=closing, dissolved_on__isnull=True)
        by_day: dict[Any, list[int]] = {}
        for unit, target in units.order_by("pk").values_list("pk", "organization"):
            row = closing[target]
            by_day.setdefault(row.values[closed], []).append(unit)
            row.effects.setdefault("dissolved", []).append(unit)
        for day, dissolved in by_day.items():
            PioneerUnit.objects.filter(pk__in=dissolved).update(dissolved_on=day)

    def unsettle(self, rows: Sequence[Row], by: Any) -> None:
        """The units that were dissolved with it are there again, unless somebody has given them another day since."""
        closed = self.index["closed_on"]
        by_day: dict[Any, list[int]] = {}
        for row in rows:
            by_day.setdefault(row.values[closed], []).extend(row.effects.get("dissolved", ()))
        for day, dissolved in by_day.items():
            PioneerUnit.objects.filter(pk__in=dissolved, dissolved_on=day).update(dissolved_on=None)


def _opened(kind: str, heading: str, example: str) -> Column:
    return Column(heading, f"{kind}__opened_on", cell=Day(), rules=[not_in_future], help="不清楚可以不填。", example=example)


def _closed(kind: str, help: str) -> Column:
    return Column("撤并日期", f"{kind}__closed_on", cell=Day(), rules=[not_in_future], help=help)


@ledger
class Places(ProfileLedger):
    key, label, kind, parents = "places", "村（社区）", Kind.PLACE, (Kind.TOWN,)
    about = "村、社区及其类型。"
    page = "/organizations/?kind=place"
    profile, units = Place, "少先队组织"
    facts = ("area", "opened_on", "closed_on")

    town = TOWN
    name = Column(
        "村（社区）",
        "name",
        cell=Name(),
        required=True,
        key=True,
        rules=NAMED,
        aliases=("村", "社区", "村（社区）名称", "名称"),
        width=20,
        example="永红村",
    )
    code = CODE
    area = Column("类型", "place__area", cell=Choice(PlaceArea), required=True, aliases=("村（社区）类型",), example="农村")
    opened_on = _opened("place", "设立日期", "2010-05-01")
    closed_on = _closed("place", "仍在的不填；填写后撤并，少先队组织同日撤销。")


@ledger
class Schools(ProfileLedger):
    key, label, kind, parents = "schools", "学校", Kind.SCHOOL, (Kind.TOWN, Kind.COUNTY)
    about = "学校及其城乡、类型、班级数和少先队员数。"
    page = "/organizations/?kind=school"
    profile, units = School, "大队、中队"
    facts = ("area", "type", "strength", "is_new_resident", "class_count", "member_count", "opened_on", "closed_on")

    town = TOWN
    name = Column(
        "学校名称",
        "name",
        cell=Name(),
        required=True,
        key=True,
        rules=NAMED,
        aliases=("学校", "校名", "学校全称"),
        width=26,
        example="凤桥镇中心小学",
        help="用全称，全市不重名。",
    )
    code = CODE
    area = Column("城乡", "school__area", cell=Choice(SchoolArea), required=True, aliases=("城乡类别",), example="农村", width=8)
    type = Column(
        "类型",
        "school__type",
        cell=Choice(SchoolType, also={"完全小学": SchoolType.COMPLETE}),
        required=True,
        aliases=("学校类型",),
        example="中心小学",
    )
    strength = Column(
        "办学水平",
        "school__strength",
        cell=Choice(SchoolStrength, also={"优质": SchoolStrength.STRONG, "一般": SchoolStrength.AVERAGE, "薄弱": SchoolStrength.WEAKER}),
        required=True,
        example="一般学校",
    )
    is_new_resident = Column("新居民子女学校", "school__is_new_resident", cell=YesNo(), aliases=("是否新居民子女学校",), example="否")
    class_count = Column("班级数", "school__class_count", cell=Whole(), rules=CLASSES, aliases=("班数", "教学班数"), example=24, width=10)
    member_count = Column(
        "少先队员数",
        "school__member_count",
        cell=Whole(),
        aliases=("队员数", "队员人数"),
        example=960,
        width=12,
        help="只填人数，不填姓名。",
    )
    opened_on = _opened("school", "建校日期", "1998-09-01")
    closed_on = _closed("school", "仍在办学的不填；填写后学校撤并，大队和中队同日撤销。")

    def _namesake(self, row: Row, found: Sequence[Any]) -> Any:
        """A school's name is its own within the city, but a school may have moved."""
        return super()._namesake(row, found) or next(iter(found), None)

    def _elsewhere(self, spot: Spot, by_code: bool) -> str:
        if by_code:
            return super()._elsewhere(spot, by_code)
        return f"“{spot.name}”已登记在{spot.county}{spot.town}。如确是另一所同名学校，请在校名前加上地名。"
