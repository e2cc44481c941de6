from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from apps.core import security
from apps.core.navigation import Entry


class ExchangeConfig(AppConfig):
    """Ledgers in and out as workbooks: templates, preview, import, undo, export (design.md §3, Exchange)."""

    name = "apps.exchange"
    verbose_name = "台账"
    navigation = (Entry("台账导入导出", "exchange:home", "table", "organizations.view", "基层组织"),)

    def ready(self) -> None:
        post_migrate.connect(_let_undo, sender=self)


def _let_undo(using: str, **kwargs: Any) -> None:
    from apps.exchange import triggers

    if security.is_owners(using):
        triggers.install(using)
