"""What plans contribute to coverage: reporting units whose work plan came by the due day (circular §5.2)."""

from datetime import date

from django.db.models import Exists, F, QuerySet

from apps.coverage.registry import CIRCULAR, Indicator, Rule, register
from apps.organizations.enums import Kind
from apps.organizations.models import Organization
from apps.plans.models import Plan
from apps.years.models import Exemption, Window


def asked(day: date) -> QuerySet:
    """The reporting units that the year's window asks; nobody where the year has none."""
    window = Window.objects.of_kind("plans").of_year(day.year)
    exempted = Exemption.objects.filter(window__in=window)
    units = Organization.objects.of_kind(Kind.COUNTY).filter(Exists(window)).exclude(pk__in=exempted.values("organization"))
    return units.order_by().values("county_id", organization_id=F("pk"))


def on_time(day: date) -> QuerySet:
    return Plan.objects.on_time_by(day).values("organization_id")


register(
    Indicator(
        key="plans_on_time",
        label="工作方案按时上报率",
        level=Kind.COUNTY,
        counted="个单位",
        rules=(
            Rule(
                since=CIRCULAR,
                definition=(
                    "当年应报送工作方案的报送单位中，在上报期限当日 24 时前首次上报的所占比例；免报单位不计入，当年未设填报时间的不统计。"
                    "按时上报后被退回修改的仍算按时；逾期上报的不算，经批准延期的也不算按时。"
                ),
                universe=asked,
                covered=on_time,
            ),
        ),
        sources=(Plan, Exemption),
        position=40,
    )
)
