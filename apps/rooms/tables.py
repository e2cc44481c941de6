from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.html import format_html

from apps.core.tables import NUMBER, DayColumn, Table
from apps.organizations.models import Organization


class SchoolTable(Table):
    """Schools with their rooms; works on the answer of `selectors.schools`."""

    name = tables.Column("学校")
    county = tables.Column("报送单位", order_by=("county__position", "name"))
    parent = tables.Column("镇（街道）", order_by=("parent__code", "name"))
    area = tables.Column("城乡", accessor="school__get_area_display", order_by="school__area")
    state = tables.TemplateColumn(template_name="rooms/school_state.html", verbose_name="状态", order_by="room__state")
    size = tables.Column("面积（平方米）", accessor="room__area", default="—", attrs=NUMBER)
    built_on = DayColumn("启用日期", accessor="room__built_on", default="—")
    submitted_at = DayColumn("提交日期", accessor="room__submitted_at", default="—")

    caption = "学校队室登记情况"

    class Meta:
        order_by = ("parent", "name")

    def render_name(self, value: str, record: Organization) -> str:
        room = getattr(record, "room", None)
        return format_html('<a href="{}">{}</a>', room.get_absolute_url(), value) if room else value

    def order_size(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        return _known_first(queryset, "room__area", is_descending)

    def order_built_on(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        return _known_first(queryset, "room__built_on", is_descending)

    def order_submitted_at(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        return _known_first(queryset, "room__submitted_at", is_descending)


def _known_first(queryset: QuerySet, name: str, is_descending: bool) -> tuple[QuerySet, bool]:
    """Schools without a room come last, whichever way the column is sorted."""
    by: Any = F(name).desc(nulls_last=True) if is_descending else F(name).asc(nulls_last=True)
    return queryset.order_by(by, "name", "pk"), True
