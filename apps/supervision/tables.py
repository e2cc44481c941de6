import django_tables2 as tables

from apps.core.lifecycle.tables import LedgerTable, StandingTable
from apps.core.tables import NUMBER, DayColumn, Table


class Facts(Table):
    """The circular's three facts, as each report states them."""

    measures = DayColumn("督导办法印发", accessor="report__measures_issued_on", default="—")
    body = DayColumn("督导机构成立", accessor="report__body_set_up_on", default="—")
    inspections = tables.Column("督导次数", accessor="report__inspection_count", default="—", attrs=NUMBER)


FACTS = ("state", "measures", "body", "inspections", "submitted_at")


class UnitTable(StandingTable, Facts):
    caption = "各报送单位督导情况"

    class Meta:
        sequence = ("title", *FACTS)
        exclude = ("decided_at", "updated_by")


class YearTable(LedgerTable, Facts):
    file_name = "历年督导报告"

    class Meta:
        sequence = ("title", *FACTS)
        exclude = ("decided_at", "updated_by")
