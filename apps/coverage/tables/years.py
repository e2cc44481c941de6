"""A node's years, on `YearRow`."""

from collections.abc import Iterator
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.tables import Table
from apps.core.templatetags.core import percent
from apps.coverage.selectors import Measure, Overview
from apps.coverage.selectors.measures import signed
from apps.coverage.selectors.years import Compared, YearRow
from apps.coverage.tables.cells import NOTHING, fact


class YearTable(Table):
    """Years below each other, indicators beside each other; each number opens its rows of that year."""

    year = tables.TemplateColumn(template_name="coverage/cells/year.html", verbose_name="年度", order_by="year__pk")

    def __init__(self, overview: Overview, rows: list[YearRow], **kwargs: Any) -> None:
        columns = [column for each in overview.measures for column in _compared_columns(overview, each)]
        super().__init__(rows, extra_columns=columns, **kwargs)
        self.caption = f"{overview.node}历年各项指标"

    def value_year(self, record: YearRow) -> int:
        return record.year.pk


CHANGE = '<span class="coverage-change{}"><span class="visually-hidden">比上年</span>{}</span>'
COMPARED = '<div class="coverage-year"><a href="{}">{}</a>{}<a class="coverage-count" href="{}">{}</a>{}</div>'


class ComparedColumn(tables.Column):
    """One indicator in each year: share and count, what became of it since the year before, and how far it is from the target."""

    def render(self, value: Compared) -> SafeString:
        measure = value.measure
        if not measure.ratio.total:
            return NOTHING
        if measure.is_fact:
            return fact(measure)
        return format_html(
            COMPARED, measure.url, percent(measure.ratio.value), _change(value), measure.covered_url, measure.ratio.text, _against(measure)
        )

    def value(self, value: Compared) -> str | None:
        return value.measure.word if value.measure.ratio.total else None


def _change(compared: Compared) -> SafeString:
    if compared.is_by_another_rule:
        return SafeString('<span class="coverage-change">口径不同</span>')
    if compared.rise is None:
        return SafeString("")
    tone = " tone-up" if compared.rise > 0 else " tone-down" if compared.rise < 0 else ""
    return format_html(CHANGE, tone, signed(compared.rise))


def _against(measure: Measure) -> SafeString:
    """The target of that year, and whether it was met."""
    if measure.target is None:
        return SafeString("")
    goal = f"目标 {measure.target.normalize():f}%"
    if not measure.gap:
        return format_html('<span class="coverage-met">{} 达到</span>', goal)
    return format_html('<span class="coverage-unmet">{} <a href="{}">差 {}</a></span>', goal, measure.missing_url, measure.gap)


def _compared_columns(overview: Overview, measure: Measure) -> Iterator[tuple[str, tables.Column]]:
    """In a file every number has a column of its own; what is itself counted has none but whether it is done."""
    indicator = measure.indicator
    key, label, is_fact = f"compared__{indicator.key}", indicator.label, indicator.level == overview.node.kind
    order = f"{key}__measure__ratio__value"
    yield indicator.key, ComparedColumn(accessor=key, verbose_name=label, order_by=order, exclude_from_export=not is_fact)
    if is_fact:
        return
    for name, said, accessor in (
        ("percent", "覆盖率（%）", "measure__ratio__percent"),
        ("covered", indicator.done, "measure__ratio__covered"),
        ("total", "应覆盖", "measure__ratio__total"),
        ("rise", "比上年（百分点）", "rise"),
        ("target", "目标（%）", "measure__target"),
        ("gap", "距目标还差", "gap"),
    ):
        yield f"{indicator.key}_{name}", tables.Column(f"{label}：{said}", accessor=f"{key}__{accessor}", visible=False)
