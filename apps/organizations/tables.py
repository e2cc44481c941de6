from typing import Any

import django_tables2 as tables

from apps.core.tables import NUMBER, Table
from apps.organizations.enums import UNITS_AT
from apps.organizations.selectors import Summary


def _name(label: str, accessor: str | None = None, order_by: Any = None) -> tables.TemplateColumn:
    return tables.TemplateColumn(template_name="organizations/name_cell.html", verbose_name=label, accessor=accessor, order_by=order_by)


class Named(Table):
    """Rows that are known by an organization's name; the page adds marks to it, a file does not."""

    def value_name(self, record: Any) -> str:
        return str(getattr(record, "organization", record))


class Counted(Named):
    """Rows of which schools and places have Pioneer units."""

    def value_unit_count(self, record: Any) -> int | None:
        return record.unit_count if record.kind in UNITS_AT else None


class ResultTable(Counted):
    """What a search found, anywhere in the tree."""

    name = _name("名称", order_by="name")
    kind = tables.Column("类别")
    where = tables.TemplateColumn(
        template_name="organizations/where_cell.html", verbose_name="所在", order_by=("county__position", "parent__code")
    )
    area = tables.TemplateColumn(
        "{{ record.place.get_area_display|default:record.school.get_area_display|default:'—' }}",
        verbose_name="城乡",
        order_by=("place__area", "school__area"),
    )
    unit_count = tables.TemplateColumn(template_name="organizations/units_cell.html", verbose_name="少先队组织")

    class Meta:
        empty_text = "没有找到符合条件的组织，请换个名称或清除条件再试。"


class BranchTable(Named):
    """The reporting units of the city or the towns of a reporting unit; works on `Summary`."""

    name = _name("名称", accessor="organization", order_by="organization__name")
    towns = tables.Column("镇（街道）", attrs=NUMBER)
    places = tables.Column("村（社区）", attrs=NUMBER)
    reached = tables.Column("已有组织", attrs=NUMBER)
    share = tables.TemplateColumn(template_name="organizations/share_cell.html", verbose_name="占比", attrs=NUMBER)
    schools = tables.Column("学校", attrs=NUMBER)

    def render_reached(self, value: int, record: Summary) -> Any:
        return value if record.places else "—"


class PlaceTable(Counted):
    """The places of a town."""

    name = _name("村（社区）", order_by="name")
    area = tables.Column("城乡", accessor="place__area")
    unit_count = tables.TemplateColumn(template_name="organizations/units_cell.html", verbose_name="少先队组织")


class SchoolTable(Named):
    """The schools of a town, or those directly under a reporting unit."""

    class Meta:
        empty_text = "还没有登记学校。"

    name = _name("学校", order_by="name")
    area = tables.Column("城乡", accessor="school__area")
    type = tables.Column("类型", accessor="school__type")
    strength = tables.Column("办学水平", accessor="school__strength")
    class_count = tables.Column("班级", accessor="school__class_count", attrs=NUMBER)
    member_count = tables.Column("队员", accessor="school__member_count", attrs=NUMBER)
