"""Organisation coverage of places (circular §3.2.1). The registers it reads lie below this app, so it is declared here."""

from datetime import date

from django.db.models import F, QuerySet

from apps.coverage.registry import CIRCULAR, Ease, Indicator, Rule, register, sorted_into
from apps.organizations.enums import AT_PLACE, Kind, PlaceArea, UnitKind
from apps.organizations.models import Organization, PioneerUnit, Place


def _places(day: date) -> QuerySet:
    return Place.objects.values("organization_id", "county_id", groups=sorted_into(F("area")))


def _reached(day: date) -> QuerySet:
    return PioneerUnit.objects.active_on(day).values("organization_id", way=F("kind"))


def _beside_a_brigade(day: date) -> QuerySet:
    """Places of the towns where a school has a brigade."""
    brigades = PioneerUnit.objects.active_on(day).filter(kind=UnitKind.BRIGADE, organization__kind=Kind.SCHOOL)
    return Organization.objects.of_kind(Kind.PLACE).filter(parent__in=brigades.values("organization__parent")).values("pk")


def _reached_before(day: date) -> QuerySet:
    return PioneerUnit.objects.filter(dissolved_on__lte=day, organization__kind=Kind.PLACE).values("organization")


ORGANIZATION = register(
    Indicator(
        key="organization",
        label="组织覆盖率",
        level=Kind.PLACE,
        counted="个村（社区）",
        rules=(
            Rule(
                since=CIRCULAR,
                definition=(
                    "应覆盖：登记在册的全部村、城乡一体新社区和城市社区。"
                    "已覆盖：统计日有雏鹰假日小队、社区少工委、大队或中队在该村（社区）活动，即已成立且未撤销。"
                    "同一村（社区）有多个组织的，只计一次。"
                ),
                universe=_places,
                covered=_reached,
            ),
        ),
        sources=(Place, PioneerUnit),
        groups=dict(PlaceArea.choices),
        ways={kind.value: kind.label for kind in UnitKind if kind in AT_PLACE},
        eases=(
            Ease("所在镇（街道）有学校大队，可由学校就近牵头", _beside_a_brigade),
            Ease("曾有少先队组织，可以恢复", _reached_before),
        ),
        position=1,
    )
)
