"""Tables of the nodes below a node, on `Row`."""

from collections.abc import Iterator
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.tables import NUMBER, Table
from apps.core.templatetags.core import bar, percent
from apps.coverage.registry import Indicator
from apps.coverage.selectors import Measure, Overview
from apps.coverage.tables.cells import NOTHING, fact


class NodeTable(Table):
    """Every indicator at every node below; in the order of the circular's addressees until somebody sorts."""

    name = tables.TemplateColumn('<a href="{{ record.url }}">{{ record.name }}</a>', order_by="name")

    def __init__(self, overview: Overview, **kwargs: Any) -> None:
        columns = [column for each in overview.measures if not each.is_fact for column in _measure_columns(overview, each.indicator)]
        super().__init__(overview.rows, extra_columns=columns, **kwargs)
        self.columns["name"].column.verbose_name = overview.below
        self.caption = f"{overview.node}{overview.year}各{overview.below}覆盖情况"


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
        self.columns["name"].column.verbose_name = overview.below
        self.columns["covered"].column.verbose_name, self.columns["missing"].column.verbose_name = indicator.done, indicator.undone
        self.caption = f"{overview.node}{overview.year}各{overview.below}{indicator.label}"


CELL = '<div class="coverage-cell"><a href="{}">{}</a><span class="muted">{}</span>{}</div>'


class MeasureColumn(tables.Column):
    """A measure, as share and count; of what is itself counted, whether it is done. Drawn without a template: there are hundreds."""

    def render(self, value: Measure) -> SafeString:
        if not value.ratio.total:
            return NOTHING
        if value.is_fact:
            return fact(value)
        share = bar(value.ratio.value, value.goal, value.indicator.label, value.tone)
        return format_html(CELL, value.url, percent(value.ratio.value), value.ratio.text, share)

    def value(self, value: Measure) -> str | None:
        if value.is_fact:
            return value.word
        return None if value.ratio.value is None else f"{value.ratio.value:.1%}"


def _measure_columns(overview: Overview, indicator: Indicator) -> Iterator[tuple[str, tables.Column]]:
    """In a file the numbers behind a share have columns of their own."""
    key = f"measures__{indicator.key}"
    order = {"order_by": f"{key}__ratio__value", "verbose_name": indicator.label}
    yield indicator.key, MeasureColumn(accessor=key, **order)
    if not any(row.measures[indicator.key].is_fact for row in overview.rows):
        for name, label in (("covered", indicator.done), ("total", "应覆盖")):
            yield f"{indicator.key}_{name}", tables.Column(f"{indicator.label}：{label}", accessor=f"{key}__ratio__{name}", visible=False)
