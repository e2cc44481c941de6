"""What rooms contribute to coverage: schools with a standard activity room (circular §3.2.3: 80 % in 2012, 100 % in 2013)."""

from datetime import date

from django.db.models import F, QuerySet

from apps.coverage.registry import CIRCULAR, Indicator, Rule, register, sorted_into
from apps.organizations.enums import Kind, SchoolArea
from apps.organizations.models import School
from apps.rooms.models import Room


def universe(day: date) -> QuerySet:
    return School.objects.open_on(day).values("organization_id", "county_id", groups=sorted_into(F("area")))


def covered(day: date) -> QuerySet:
    return Room.objects.standard_on(day).values("organization_id")


register(
    Indicator(
        key="rooms",
        label="队室覆盖率",
        level=Kind.SCHOOL,
        counted="所学校",
        rules=(
            Rule(
                since=CIRCULAR,
                definition=(
                    "统计日已开办、尚未撤并的学校中，已启用队室、达到队室标准并经报送单位确认的学校所占比例。"
                    "已登记但未达标准、待确认或已退回的不计入。"
                ),
                universe=universe,
                covered=covered,
            ),
        ),
        sources=(Room, School),
        groups=dict(SchoolArea.choices),
        position=20,
    )
)
