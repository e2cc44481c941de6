"""What rooms contribute to coverage: schools with a standard activity room (circular §3.2.3: 80 % in 2012, 100 % in 2013)."""

from datetime import date

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from apps.core.lifecycle.enums import State
from apps.coverage.registry import CIRCULAR, Ease, Indicator, Rule, register, sorted_into
from apps.organizations.enums import Kind, SchoolArea
from apps.organizations.models import School
from apps.rooms.models import Room


def universe(day: date) -> QuerySet:
    return School.objects.open_on(day).values("organization_id", "county_id", groups=sorted_into(F("area")))


def covered(day: date) -> QuerySet:
    return Room.objects.standard_on(day).values("organization_id")


def waiting(day: date) -> QuerySet:
    """Standard rooms that only their county has to confirm."""
    return Room.objects.submitted().filter(is_standard=True, built_on__lte=day).values("organization")


def lacking_one_thing(day: date) -> QuerySet:
    """Rooms that were handed in and lack a single thing: one item of their checklist, or the square metres."""
    is_required, is_there = Q(checklist__items__required=True), Q(items__contains=[F("checklist__items__key")])
    is_small = Case(When(Q(area__isnull=True) | Q(area__lt=F("area_needed")), then=Value(1)), default=Value(0))
    lacking = Count("checklist__items", filter=is_required & ~is_there) + is_small
    return Room.objects.exclude(state=State.DRAFT).order_by().annotate(lacking=lacking).filter(lacking=1).values("organization")


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
        eases=(Ease("队室已达到标准，待报送单位确认", waiting), Ease("已登记，只差一项达到标准", lacking_one_thing)),
        position=20,
    )
)
