"""What supervision contributes to coverage: the circular wants all three of every reporting unit (§3.2.4)."""

from datetime import date

from django.db.models import F, QuerySet

from apps.coverage.registry import CIRCULAR, Ease, Indicator, Rows, Rule, register
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.supervision.models import SupervisionReport


def universe(day: date) -> QuerySet:
    """Every reporting unit, whatever the day."""
    units = Organization.objects.of_kind(Kind.COUNTY).order_by()
    return units.values("county_id", organization_id=F("pk"))


def with_measures(day: date) -> QuerySet:
    return SupervisionReport.objects.with_measures_on(day).values("organization_id")


def with_body(day: date) -> QuerySet:
    return SupervisionReport.objects.with_body_on(day).values("organization_id")


def inspected(day: date) -> QuerySet:
    return SupervisionReport.objects.inspected_by(day).values("organization_id")


# The same, said in a report that the city's office has not received yet.


def measures_wait(day: date) -> QuerySet:
    return _waiting(day).filter(measures_issued_on__lte=day)


def body_waits(day: date) -> QuerySet:
    return _waiting(day).filter(body_set_up_on__lte=day)


def inspection_waits(day: date) -> QuerySet:
    return _waiting(day).filter(inspections__held_on__lte=day)


def _waiting(day: date) -> QuerySet:
    return SupervisionReport.objects.submitted().in_year(day.year).order_by().values("organization")


def _register(key: str, label: str, definition: str, covered: Rows, waiting: Rows, position: int) -> None:
    words = f"{definition}以市少工委办公室已接收的当年督导情况为准，未上报、待接收或已退回的不计入。"
    register(
        Indicator(
            key=key,
            label=label,
            level=Kind.COUNTY,
            counted="个单位",
            rules=(Rule(CIRCULAR, words, universe, covered),),
            sources=(SupervisionReport,),
            eases=(Ease("督导情况已上报，待市少工委办公室接收", waiting),),
            position=position,
        )
    )


_register(
    "supervision_measures", "出台督导办法", "统计日前已印发督导办法（含沿用往年办法）的报送单位所占比例。", with_measures, measures_wait, 30
)
_register(
    "supervision_body",
    "成立督导机构",
    "统计日前已成立督导机构的报送单位所占比例。",
    with_body,
    body_waits,
    31,
)
_register(
    "supervision_inspection", "开展工作督导", "当年统计日前至少开展过一次督导工作的报送单位所占比例。", inspected, inspection_waits, 32
)
