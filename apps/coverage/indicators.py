"""Organisation coverage of places (circular §3.2.1). The registers it reads lie below this app, so it is declared here."""

from datetime import date

from django.db.models import F, QuerySet

from apps.coverage.registry import CIRCULAR, Indicator, Rule, register, sorted_into
from apps.organizations.enums import AT_PLACE, Kind, PlaceArea, UnitKind
from apps.organizations.models import PioneerUnit, Place


def _places(day: date) -> QuerySet:
    return Place.objects.values("organization_id", "county_id", groups=sorted_into(F("area")))


def _reached(day: date) -> QuerySet:
    return PioneerUnit.objects.active_on(day).values("organization_id", way=F("kind"))


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
        position=1,
    )
)
