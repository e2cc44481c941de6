"""Tables of nodes (on `Row`) and of the eligible list (on a queryset of facts)."""

from collections.abc import Container, Iterator
from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.tables import NUMBER, Table
from apps.core.templatetags.core import bar, percent
from apps.coverage.models import Fact
from apps.coverage.registry import Indicator, indicators
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
        return _state(self.indicator, value)


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
        return self.indicator.eases[value].label if value < len(self.indicator.eases) else "从头建立"


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
        return _state(self.indicator, value)


class DayTable(Table):
    """The nodes right below, on a day."""

    name = tables.Column("单位", accessor="node")
    percent = tables.Column("覆盖率", accessor="ratio__value", attrs=NUMBER)
    covered = tables.Column(accessor="ratio__covered", attrs=NUMBER)
    missing = tables.Column(accessor="ratio__missing", attrs=NUMBER)
    total = tables.Column("应覆盖", accessor="ratio__total", attrs=NUMBER)

    def __init__(self, *args: Any, node: Any, indicator: Indicator, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns["covered"].column.verbose_name, self.columns["missing"].column.verbose_name = indicator.done, indicator.undone
        self.node, self.address = node, f"?indicator={indicator.key}&day={day}"
        self.caption = f"{node}各{BELOW[Kind(node.kind)]}{indicator.label}（{day}）"

    def render_name(self, value: Any) -> str:
        if value == self.node:
            return "直属"
        return format_html('<a href="{}{}">{}</a>', reverse("coverage:day", args=[value.pk]), self.address, value)

    def render_percent(self, value: float) -> str:
        return f"{value:.1%}"

    def value_percent(self, value: float) -> float:
        return round(value, 4)


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


NOTHING = SafeString('<span class="muted">—</span>')
CELL = '<div class="coverage-cell"><a href="{}">{}</a><span class="muted">{}</span>{}</div>'


class MeasureColumn(tables.Column):
    """A measure, as share and count; of what is itself counted, whether it is done. Drawn without a template: there are hundreds."""

    def render(self, value: Measure) -> SafeString:
        if not value.ratio.total:
            return NOTHING
        if value.is_fact:
            return format_html(
                '<a class="tag tag-{}" href="{}">{}</a>', "success" if value.ratio.covered else "warning", value.url, value.word
            )
        share = bar(value.ratio.value, value.goal, value.indicator.label)
        return format_html(CELL, value.url, percent(value.ratio.value), value.ratio.text, share)

    def value(self, value: Measure) -> str | None:
        if value.is_fact:
            return value.word
        return None if value.ratio.value is None else f"{value.ratio.value:.1%}"


def _state(indicator: Indicator, covered: bool) -> str:
    tone, word = ("success", indicator.done) if covered else ("warning", indicator.undone)
    return format_html('<span class="tag tag-{}">{}</span>', tone, word)


def _measure_columns(overview: Overview, indicator: Indicator) -> Iterator[tuple[str, tables.Column]]:
    """In a file the numbers behind a share have columns of their own."""
    key = f"measures__{indicator.key}"
    order = {"order_by": f"{key}__ratio__value", "verbose_name": indicator.label}
    yield indicator.key, MeasureColumn(accessor=key, **order)
    if not any(row.measures[indicator.key].is_fact for row in overview.rows):
        for name, label in (("covered", indicator.done), ("total", "应覆盖")):
            yield f"{indicator.key}_{name}", tables.Column(f"{indicator.label}：{label}", accessor=f"{key}__ratio__{name}", visible=False)
