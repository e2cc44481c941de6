"""What the pages of the tree say: how much lies below an organization, and what a closing or dissolving would mean."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast

from apps.organizations.enums import Kind, UnitKind
from apps.organizations.grants import grants_of
from apps.organizations.models import Organization, PioneerUnit
from apps.organizations.rules import holds
from apps.organizations.validators import norms_on, unusual

NUMERALS = str.maketrans("一二三四五六七八九", "123456789")  # 三（1）中队 comes before 四（1）中队
COUNTED = ("towns", "places", "reached", "schools")


@dataclass(frozen=True)
class Summary:
    """How many towns, places and open schools lie below an organization, and how many of the places have a Pioneer organisation."""

    organization: Organization
    towns: int = 0
    places: int = 0
    reached: int = 0
    schools: int = 0

    @property
    def missing(self) -> int:
        return self.places - self.reached

    @property
    def share(self) -> float | None:
        return self.reached / self.places if self.places else None


def totals(*, organization: Organization, user: Any, day: date) -> Summary:
    """One organization's counts, of what the user sees."""
    below = Organization.objects.visible_to(user).below(organization).exclude(pk=organization.pk).open_on(day)
    return Summary(organization, **below.aggregate(**_counts(day)))


def branches(*, organization: Organization, user: Any, day: date) -> list[Summary]:
    """The counts of each reporting unit of the city, or of each town of a reporting unit; two queries, however many they are."""
    visible = Organization.objects.visible_to(user)
    children = visible.children_of(organization, Kind.COUNTY, Kind.TOWN, Kind.CLUSTER).select_related("parent")
    branch = Cast(Func(F("path"), Value(len(organization.line)), Value(1), function="subpath"), TextField())
    below = visible.below(organization).exclude(pk=organization.pk).exclude(parent=organization).open_on(day)
    rows = below.annotate(branch=branch).order_by().values("branch").annotate(**_counts(day)).values_list("branch", *COUNTED)
    counts = {int(row[0]): row[1:] for row in rows}
    return [Summary(child, *counts.get(child.pk, ())) for child in children]


def _counts(day: date) -> dict[str, Count]:
    active = Exists(PioneerUnit.objects.active_on(day).filter(organization=OuterRef("pk")))
    return {
        "towns": Count("pk", filter=Q(kind=Kind.TOWN)),
        "places": Count("pk", filter=Q(kind=Kind.PLACE)),
        "reached": Count("pk", filter=Q(kind=Kind.PLACE) & Q(active)),
        "schools": Count("pk", filter=Q(kind=Kind.SCHOOL)),
    }


def top(user: Any) -> Organization | None:
    """Where the role that the user wears lets them look into the tree from."""
    return Organization.objects.filter(pk__in=grants_of(user).get("organizations.view", frozenset())).first()


def line(*, organization: Organization, user: Any) -> list[tuple[Organization, bool]]:
    """The organizations above one, from the city down, each with whether the user may open its page."""
    above = Organization.objects.above(organization).exclude(pk=organization.pk)
    return [(each, holds(user, "organizations.view", each)) for each in above]


@dataclass(frozen=True)
class UnitLine:
    """A unit as its organization's page shows it, with what is unusual about it."""

    unit: PioneerUnit
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Units:
    """What hangs at a school or a place."""

    active: tuple[UnitLine, ...]
    ended: tuple[PioneerUnit, ...]
    remarks: tuple[str, ...] = ()

    @property
    def brigades(self) -> list[UnitLine]:
        return [each for each in self.active if each.unit.kind == UnitKind.BRIGADE]

    @property
    def squads(self) -> list[UnitLine]:
        return [each for each in self.active if each.unit.kind == UnitKind.SQUAD]


def units_at(*, organization: Organization, day: date) -> Units:
    """The units of a school or a place: the active ones grade by grade, the others with the latest ended first."""
    rows = sorted(PioneerUnit.objects.filter(organization=organization), key=lambda row: (row.kind, row.name.translate(NUMERALS)))
    active = tuple(UnitLine(row, tuple(_unusual(row, day))) for row in rows if row.dissolved_on is None or row.dissolved_on > day)
    ended = sorted(
        (row for row in rows if row.dissolved_on is not None and row.dissolved_on <= day), key=lambda row: row.dissolved_on or day
    )
    return Units(active, tuple(reversed(ended)), tuple(_gaps(organization, active, day)))


def _unusual(unit: PioneerUnit, day: date) -> list[str]:
    return list(unusual(kind=unit.kind, member_count=unit.member_count, guide=unit.guide, on=day))


def _gaps(organization: Organization, active: tuple[UnitLine, ...], day: date) -> list[str]:
    if organization.kind != Kind.SCHOOL or not active:
        return []
    kinds = [each.unit.kind for each in active]
    least = norms_on(day).brigade_squads
    if UnitKind.BRIGADE not in kinds:
        return [f"已有 {len(kinds)} 个中队，还没有登记大队。"]
    if kinds.count(UnitKind.SQUAD) < least:
        return [f"大队一般由 {least} 个以上中队组成，现登记 {kinds.count(UnitKind.SQUAD)} 个。"]
    return []


def consequence_of_dissolving(*, unit: PioneerUnit, day: date) -> str:
    """What it means for its school or place that a unit ends."""
    organization = unit.organization
    others = PioneerUnit.objects.active_on(day).filter(organization=organization).exclude(pk=unit.pk)
    if organization.kind == Kind.PLACE:
        if count := others.count():
            return f"{organization}还有 {count} 个少先队组织，仍计入组织覆盖。"
        return f"这是{organization}唯一的少先队组织，从撤销之日起{organization}将不再计入组织覆盖。"
    if unit.kind == UnitKind.BRIGADE and (squads := others.filter(kind=UnitKind.SQUAD).count()):
        return f"{organization}的 {squads} 个中队不随大队撤销；请另行登记新的大队，或逐个撤销中队。"
    return f"撤销后，{organization}不再有“{unit}”，它的历史记录保留。"
