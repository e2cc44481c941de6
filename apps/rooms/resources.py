"""The ledger of activity rooms: one school a row, one column for each thing on the checklists."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.core.ledgers.cells import Day, Number, YesNo
from apps.core.ledgers.ledger import Column, Errand, Row
from apps.core.ledgers.registry import ledger
from apps.organizations.resources.base import COUNTY, TOWN, Words, rules_of
from apps.organizations.resources.reports import SCHOOL, STATE, SUBMITTED, ReportLedger
from apps.rooms.models import Checklist, Room, closed_sentence
from apps.rooms.services import NO_CHECKLIST

HAS = "has_"  # before an item's key: the name of its column


def in_use(day: date) -> None:
    if wrong := Room(built_on=day).wrong_dates():
        raise ValidationError(wrong["built_on"])


@ledger
class Rooms(ReportLedger):
    """Whether a thing is there is a column of its own: that is how such lists are kept, ticked, and narrowed to the schools that lack it.
    The columns are those of the checklist in force, then what older ones had besides.
    """

    key, label = "rooms", "队室"
    permission, reading = "rooms.enter", "rooms.view"
    about = "学校的队室及其设施和用品；导入的是草稿，由学校核对后提交。"
    page = "/rooms/"
    sides = ("organization", "county", "checklist")
    content = ("name", "location", "area", "built_on", "items", "description")

    county = COUNTY
    town = TOWN
    organization = SCHOOL
    name = Column("队室名称", "name", cell=Words(), rules=rules_of(Room, "name"), aliases=("名称",), example="少先队队室", width=18)
    location = Column(
        "位置", "location", cell=Words(), rules=rules_of(Room, "location"), aliases=("地点", "所在位置"), example="教学楼二楼东侧", width=20
    )
    area = Column(
        "使用面积（平方米）",
        "area",
        cell=Number(places=1),
        rules=rules_of(Room, "area"),
        aliases=("使用面积", "面积", "面积（平方米）", "使用面积（㎡）", "面积（㎡）"),
        example=36,
        width=12,
    )
    built_on = Column(
        "启用日期",
        "built_on",
        cell=Day(),
        rules=[*rules_of(Room, "built_on"), in_use],
        aliases=("启用时间", "建成日期"),
        example="2012-05-01",
    )
    description = Column("其他说明", "description", cell=Words(), rules=rules_of(Room, "description"), aliases=("说明", "备注"), width=24)
    state = STATE
    is_standard = Column("规范队室", "is_standard", cell=YesNo(), derived=True, width=10)
    submitted_at = SUBMITTED

    class Meta:
        model = Room
        import_id_fields = ("county", "town", "organization")

    def __init__(self, **kwargs: Any) -> None:
        self.checklists = list(Checklist.objects.prefetch_related("items"))  # the newest first
        columns, things = type(self).fields, _things(self.checklists)
        place = list(columns).index("description")
        self.fields = dict([*list(columns.items())[:place], *things.items(), *list(columns.items())[place:]])
        super().__init__(**kwargs)  # copies them
        self.things = {name.removeprefix(HAS): self.index[name] for name in things}

    def arranged(self, rows: models.QuerySet) -> models.QuerySet:
        return super().arranged(rows).annotate(**{self.columns[index].attribute: _has(key) for key, index in self.things.items()})

    def examine(self, rows: Sequence[Row], errand: Errand) -> None:
        in_force = Checklist.objects.in_force(timezone.localdate())
        begun_rooms = Room.objects.filter(pk__in={row.target for row in rows if row.target})
        begun: dict[int | None, int] = dict(begun_rooms.values_list("pk", "checklist"))
        known: dict[int | None, set[str]] = {checklist.pk: {item.key for item in checklist.items.all()} for checklist in self.checklists}
        for row in rows:
            if row.target is None:
                self._begin(row, errand, in_force)
            checklist = row.facts["checklist"] = begun.get(row.target) or (in_force.pk if in_force else None)
            for key in self._there(row):
                if key not in known.get(checklist, ()):
                    row.fault(f"{HAS}{key}", "这一项不在该校队室适用的标准中，请填“否”。")

    def _begin(self, row: Row, errand: Errand, in_force: Checklist | None) -> None:
        spot, name = self.spot(row, errand), self.index["name"]
        row.values[name] = row.values[name] or Room._meta.get_field("name").get_default()
        if closed := closed_sentence(spot.name, spot.closed_on):
            row.fault("organization", closed)
        elif in_force is None:
            row.fault("", NO_CHECKLIST)

    def _there(self, row: Row) -> list[str]:
        return [key for key, index in self.things.items() if row.values[index]]

    def with_parts(self, reports: models.QuerySet) -> models.QuerySet:
        return reports.select_related("checklist").prefetch_related("checklist__items")

    def whose(self, row: Row) -> Sequence[Any]:
        return (*super().whose(row), row.facts["checklist"])

    def said(self, row: Row) -> Sequence[Any]:
        return [self._there(row) if name == "items" else row.values[self.index[name]] for name in self.content]


def _things(checklists: Iterable[Checklist]) -> dict[str, Column]:
    """A column for each thing that a room may have; where an older list calls another thing by the same name it says which list."""
    found: dict[str, Column] = {}
    headings: set[str] = set()
    for checklist in checklists:
        for item in checklist.items.all():
            if (name := f"{HAS}{item.key}") in found:
                continue
            heading = item.label if item.label not in headings else f"{item.label}（{checklist.effective_from.year}年标准）"
            headings.add(heading)
            help = "" if item.required else "选配。"
            found[name] = Column(heading, f"thing_{len(found)}", cell=YesNo(), width=10, example="是", help=help)
    return found


def _has(key: str) -> models.ExpressionWrapper:
    return models.ExpressionWrapper(Q(items__contains=[key]), models.BooleanField())
