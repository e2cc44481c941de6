"""Organisation coverage of places, and the organisation of new-resident schools (circular §3.2.1). The registers they read lie below this
app, so they are declared here.
"""

from datetime import date

from django.db.models import F, QuerySet

from apps.coverage.registry import CIRCULAR, Ease, Indicator, Rule, register, sorted_into
from apps.organizations.enums import Kind, PlaceArea, SchoolArea, UnitKind
from apps.organizations.models import Organization, PioneerUnit, Place, School

WAYS = (UnitKind.HOLIDAY_TEAM, UnitKind.COMMUNITY_COMMITTEE, UnitKind.BRIGADE, UnitKind.SQUAD)  # in the circular's order


def _places(day: date) -> QuerySet:
    return Place.objects.open_on(day).values("organization_id", "county_id", groups=sorted_into(F("area")))


def _reached(day: date) -> QuerySet:
    return PioneerUnit.objects.active_on(day).of_kind(*WAYS).values("organization_id", way=F("kind"))


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
                    "应覆盖：统计日已设立、尚未撤并的村、城乡一体新社区和城市社区。新设立的从设立之日起计入；撤并的从撤并之日起不再计入，"
                    "原有组织同日撤销，不转记到并入的村（社区），并入后另行登记的才计入；隶属变动的，按统计日所在的镇（街道）和报送单位统计。"
                    "已覆盖：统计日有雏鹰假日小队、社区少工委、大队或中队在该村（社区）活动，即已成立且未撤销。"
                    "同一村（社区）有多个组织的，只计一次；按组织形式分列时各计一次。"
                ),
                universe=_places,
                covered=_reached,
            ),
        ),
        sources=(Place, PioneerUnit),
        groups=dict(PlaceArea.choices),
        ways={kind.value: str(kind.label) for kind in WAYS},
        eases=(
            Ease("所在镇（街道）有学校大队", _beside_a_brigade),
            Ease("曾有少先队组织", _reached_before),
        ),
        position=1,
    )
)


def _for_new_residents(day: date) -> QuerySet:
    return School.objects.open_on(day).for_new_residents().values("organization_id", "county_id", groups=sorted_into(F("area")))


def _sound(day: date) -> QuerySet:
    return PioneerUnit.objects.with_squads_on(day).values("organization_id")


def _with_brigade(day: date) -> QuerySet:
    return PioneerUnit.objects.active_on(day).of_kind(UnitKind.BRIGADE).values("organization")


def _with_squad(day: date) -> QuerySet:
    return PioneerUnit.objects.active_on(day).of_kind(UnitKind.SQUAD).values("organization")


register(
    Indicator(
        key="new_resident",
        label="新居民子女学校组织健全率",
        level=Kind.SCHOOL,
        counted="所学校",
        rules=(
            Rule(
                since=CIRCULAR,
                definition=(
                    "应覆盖：统计日已开办、尚未撤并的新居民子女学校。"
                    "组织健全：统计日学校大队已成立且未撤销，并至少有一个中队已成立且未撤销；只有大队或只有中队的不计入。"
                ),
                universe=_for_new_residents,
                covered=_sound,
            ),
        ),
        sources=(School, PioneerUnit),
        groups=dict(SchoolArea.choices),
        eases=(Ease("已有大队，只缺中队", _with_brigade), Ease("已有中队，只缺大队", _with_squad)),
        position=5,
    )
)
