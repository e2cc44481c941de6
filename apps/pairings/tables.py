import django_tables2 as tables

from apps.organizations.two_sided.tables import DAYS, SIDES, TwoSidedTable


class PairingTable(TwoSidedTable):
    kinds = tables.TemplateColumn(template_name="pairings/kinds.html", verbose_name="类型", orderable=False)

    caption = "学校结对情况"

    class Meta:
        sequence = (*SIDES, "kinds", *DAYS, "state", "submitted_at")
