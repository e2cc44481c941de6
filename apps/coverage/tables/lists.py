"""Tables of organizations: the eligible list and what is missing of it (querysets of facts), the list of a day, who is not counted."""

from collections.abc import Container
from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.tables import Table
from apps.coverage.models import Fact
from apps.coverage.registry import Indicator, indicators
from apps.coverage.selectors import Overview
from apps.coverage.tables.cells import state
from apps.organizations.enums import Kind

REST = "其他"  # what none of the indicator's reasons holds for


class FactTable(Table):
    """The rows behind a number."""

    name = tables.TemplateColumn(
        '<a href="{{ record.organization.get_absolute_url }}">{{ record.organization }}</a>',
        verbose_name="单位",
        order_by=("organization__name", "pk"),
    )
    town = tables.Column(
        "所在镇（街道）", accessor="organization__parent", order_by=("organization__parent__code", "organization__code", "pk")
    )
    county = tables.Column("报送单位", order_by=("county__position", "organization__code", "pk"))
    groups = tables.Column("分类", default="—", order_by=("groups", "organization__code", "pk"))
    ways = tables.Column("覆盖形式", default="—", order_by=("ways", "organization__code", "pk"))
    covered = tables.Column("状态", order_by=("covered", "organization__code", "pk"))

    class Meta:
        model = Fact
        fields = ()
        sequence: tuple[str, ...] = ("name", "town", "county", "groups", "ways", "covered")
        empty_text = "没有符合条件的单位。"

    def __init__(self, *args: Any, overview: Overview, indicator: Indicator, **kwargs: Any) -> None:
        unwanted = []
        if not indicator.groups:
            unwanted.append("groups")
        if not indicator.ways:
            unwanted.append("ways")
        if overview.node.kind != Kind.CITY or indicator.level == Kind.COUNTY:
            unwanted.append("county")
        if overview.node.kind == Kind.TOWN or indicator.level == Kind.COUNTY:
            unwanted.append("town")
        self.indicator = indicator
        super().__init__(*args, exclude=unwanted, **kwargs)
        self.caption = f"{overview.node}{overview.year}{indicator.label}统计名单"

    def render_groups(self, value: list[str]) -> str:
        return "、".join(label for key, label in self.indicator.groups.items() if key in value) or "—"

    def render_ways(self, value: list[str]) -> str:
        return "、".join(label for key, label in self.indicator.ways.items() if key in value) or "—"

    def render_covered(self, value: bool) -> str:
        return state(self.indicator, value)


class CandidateTable(FactTable):
    """What is missing, the easiest first; the boxes are of the form around the table."""

    take = tables.Column("勾选", accessor="pk", orderable=False, exclude_from_export=True)
    ease = tables.Column("从易到难", order_by=("ease", "organization__code", "pk"))

    class Meta:
        model = Fact
        fields = ()
        sequence: tuple[str, ...] = ("take", "name", "ease", "town", "county", "groups", "ways", "covered")
        empty_text = "没有未覆盖的单位。"

    def __init__(self, *args: Any, overview: Overview, indicator: Indicator, taken: Container[int], **kwargs: Any) -> None:
        super().__init__(*args, overview=overview, indicator=indicator, **kwargs)
        self.taken = taken
        for name in ("ways", "covered"):
            self.columns.hide(name)
        if not indicator.eases:
            self.columns.hide("ease")
        self.caption = f"{overview.node}{overview.year}{indicator.label}{indicator.undone}名单"

    def render_take(self, record: Fact) -> str:
        ticked = SafeString(" checked") if record.pk in self.taken else ""
        return format_html('<input type="checkbox" name="take" value="{}" aria-label="试算{}"{}>', record.pk, record.organization, ticked)

    def render_ease(self, value: int) -> str:
        return self.indicator.eases[value].label if value < len(self.indicator.eases) else REST


class ListedTable(Table):
    """Who was listed on a day, and who was covered."""

    name = tables.Column("单位", accessor="name", order_by=("name", "pk"), linkify=True)
    parent = tables.Column("所在镇（街道）", order_by=("parent__code", "code", "pk"))
    county = tables.Column("报送单位", order_by=("county__position", "code", "pk"))
    covered = tables.Column("状态", order_by=("covered", "code", "pk"))

    class Meta:
        empty_text = "这一天没有应覆盖的单位。"

    def __init__(self, *args: Any, node: Any, indicator: Indicator, day: date, **kwargs: Any) -> None:
        unwanted = ["parent"] if indicator.level == Kind.COUNTY else []
        super().__init__(*args, exclude=unwanted if node.kind == Kind.CITY else [*unwanted, "county"], **kwargs)
        self.indicator, self.caption = indicator, f"{node}{indicator.label}名单（{day}）"

    def render_covered(self, value: bool) -> str:
        return state(self.indicator, value)


class ExemptionTable(Table):
    """Who is not counted, and why."""

    organization = tables.Column("单位", order_by=("organization__name", "pk"), linkify=True)
    county = tables.Column("报送单位", order_by=("county__position", "pk"))
    indicator = tables.Column("指标", order_by=("indicator", "-since", "pk"))
    since = tables.DateColumn(verbose_name="起始日期", format="Y-m-d", order_by=("since", "pk"))
    until = tables.DateColumn(verbose_name="恢复日期", format="Y-m-d", order_by=("until", "pk"), default="—")
    reason = tables.Column("原因", orderable=False)
    by = tables.Column("经办人", orderable=False)
    end = tables.TemplateColumn(
        template_name="coverage/cells/count_again.html", verbose_name="操作", orderable=False, exclude_from_export=True, empty_values=()
    )
    caption = "不列入统计的单位"

    class Meta:
        empty_text = "没有不列入统计的单位。"

    def __init__(self, *args: Any, may_steer: bool, **kwargs: Any) -> None:
        super().__init__(*args, exclude=[] if may_steer else ["end"], **kwargs)
        self.labels = {each.key: each.label for each in indicators()}

    def render_indicator(self, value: str) -> str:
        return self.labels.get(value, value)
