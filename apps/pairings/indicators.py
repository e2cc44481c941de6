"""What pairings contribute to coverage: schools that are hand in hand with another one (circular §4.1)."""

from datetime import date

from django.db.models import Case, F, QuerySet, Value, When

from apps.coverage.registry import CIRCULAR, Ease, Indicator, Rule, register, sorted_into
from apps.organizations.enums import Kind, SchoolArea, SchoolStrength
from apps.organizations.models import School
from apps.pairings.models import Pairing

WEAKER = Case(When(strength=SchoolStrength.WEAKER, then=Value("weaker")))
NEW_RESIDENT = Case(When(is_new_resident=True, then=Value("new_resident")))


def universe(day: date) -> QuerySet:
    return School.objects.open_on(day).values("organization_id", "county_id", groups=sorted_into(F("area"), WEAKER, NEW_RESIDENT))


def covered(day: date) -> QuerySet:
    return School.objects.on_a_side_of(Pairing.objects.in_force_on(day)).values("organization_id")


def under_way(day: date) -> QuerySet:
    return School.objects.on_a_side_of(Pairing.objects.submitted().in_year(day.year)).values("organization")


def paired_before(day: date) -> QuerySet:
    return School.objects.on_a_side_of(Pairing.objects.approved().filter(ends_on__lt=day)).values("organization")


register(
    Indicator(
        key="pairing",
        label="结对共建覆盖率",
        level=Kind.SCHOOL,
        counted="所学校",
        rules=(
            Rule(
                since=CIRCULAR,
                definition=(
                    "统计日已开办、尚未撤并的学校中，正在结对的学校所占比例，发起学校和对方学校都计入。"
                    "以对方学校已接受、有关报送单位均已确认，且统计日在起止日期之内（未填结束日期的视为仍在进行）的结对为准；"
                    "同一学校有几个结对的，只计一次。一所学校可以同时列入农村、薄弱和新居民子女学校，合计只计一次。"
                ),
                universe=universe,
                covered=covered,
            ),
        ),
        sources=(School, Pairing),
        groups={
            SchoolArea.RURAL.value: "农村学校",
            SchoolArea.URBAN.value: "城镇学校",
            "weaker": "薄弱学校",
            "new_resident": "新居民子女学校",
        },
        eases=(Ease("结对邀请已发出，正在办理", under_way), Ease("往年结过对", paired_before)),
        position=27,
    )
)
