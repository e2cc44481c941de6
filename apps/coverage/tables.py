"""Tables of nodes (on `Row`) and of the eligible list (on a queryset of facts)."""

from collections.abc import Iterator
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html

from apps.core.tables import NUMBER, Table
from apps.coverage.models import Fact
from apps.coverage.registry import Indicator
from apps.coverage.selectors import Measure, Overview
from apps.organizations.enums import Kind

BELOW = {Kind.CITY: "报送单位", Kind.COUNTY: "镇（街道）", Kind.TOWN: "单位"}


class NodeTable(Table):
    """Every indicator at every node below; in the order of the circular's addressees until somebody sorts."""

    name = tables.TemplateColumn('<a href="{{ record.url }}">{{ record.name }}</a>', order_by="name")

    def __init__(self, overview: Overview, **kwargs: Any) -> None:
        columns = [column for each in overview.measures if not each.is_fact for column in _measure_columns(overview, each.indicator)]
        super().__init__(overview.rows, extra_columns=columns, **kwargs)
        below = BELOW[Kind(overview.node.kind)]
        self.columns["name"].column.verbose_name = below
        self.caption = f"{overview.node}{overview.year}各{below}覆盖情况"


class IndicatorTable(Table):
    """One indicator at every node below, number by number; each number opens its rows."""

    name = tables.TemplateColumn('<a href="{{ record.measure.url }}">{{ record.name }}</a>', order_by="name")
    percent = tables.TemplateColumn(template_name="coverage/cells/percent.html", verbose_name="覆盖率", order_by="measure__ratio__value")
    covered = tables.TemplateColumn(
        '<a href="{{ record.measure.covered_url }}">{{ record.measure.ratio.covered }}</a>',
        verbose_name="已覆盖",
        order_by="measure__ratio__covered",
        attrs=NUMBER,
    )
    missing = tables.TemplateColumn(
        '<a href="{{ record.measure.missing_url }}">{{ record.measure.ratio.missing }}</a>',
        verbose_name="未覆盖",
        order_by="measure__ratio__missing",
        attrs=NUMBER,
    )
    total = tables.Column(verbose_name="应覆盖", accessor="measure__ratio__total", attrs=NUMBER)
    gap = tables.TemplateColumn(template_name="coverage/cells/gap.html", verbose_name="与目标相比", order_by="measure__gap")

    def value_covered(self, record: dict[str, Any]) -> int:
        return record["measure"].ratio.covered

    def value_missing(self, record: dict[str, Any]) -> int:
        return record["measure"].ratio.missing

    def __init__(self, overview: Overview, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__([{"name": row.name, "measure": row.measures[indicator.key]} for row in overview.rows], **kwargs)
        below = BELOW[Kind(overview.node.kind)]
        self.columns["name"].column.verbose_name = below
        self.columns["covered"].column.verbose_name, self.columns["missing"].column.verbose_name = indicator.done, indicator.undone
        self.caption = f"{overview.node}{overview.year}各{below}{indicator.label}"


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
        sequence = ("name", "town", "county", "groups", "ways", "covered")
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
        tone, word = ("success", self.indicator.done) if value else ("warning", self.indicator.undone)
        return format_html('<span class="tag tag-{}">{}</span>', tone, word)


class MeasureColumn(tables.TemplateColumn):
    """A measure, as share and count; of what is itself counted, whether it is done."""

    def value(self, value: Measure) -> str | None:
        if value.is_fact:
            return value.word
        return None if value.ratio.value is None else f"{value.ratio.value:.1%}"


def _measure_columns(overview: Overview, indicator: Indicator) -> Iterator[tuple[str, tables.Column]]:
    """In a file the numbers behind a share have columns of their own."""
    key = f"measures__{indicator.key}"
    order = {"order_by": f"{key}__ratio__value", "verbose_name": indicator.label}
    yield indicator.key, MeasureColumn(template_name="coverage/cells/measure.html", accessor=key, **order)
    if not any(row.measures[indicator.key].is_fact for row in overview.rows):
        for name, label in (("covered", indicator.done), ("total", "应覆盖")):
            yield f"{indicator.key}_{name}", tables.Column(f"{indicator.label}：{label}", accessor=f"{key}__ratio__{name}", visible=False)
