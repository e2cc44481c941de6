from django.apps import AppConfig

from apps.core import security
from apps.core.navigation import Entry


class ExchangeConfig(AppConfig):
    """Ledgers in and out as workbooks: templates, preview, import, undo, export (design.md §3, Exchange)."""

    name = "apps.exchange"
    verbose_name = "台账"
    navigation = (Entry("台账导入导出", "exchange:home", "table", "organizations.view", "基层组织"),)

    def ready(self) -> None:
        from apps.exchange import triggers

        for table, condition in triggers.retractions():
            security.retracted(table, condition)
