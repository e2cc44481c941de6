from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from apps.core import security
from apps.core.navigation import Entry


class CoverageConfig(AppConfig):
    """Coverage: indicators, targets, eligible lists, figures and the dashboards that read them (circular §3.2)."""

    name = "apps.coverage"
    verbose_name = "覆盖情况"
    navigation = (Entry("覆盖情况", "coverage:dashboard", "map", "coverage.view", "重点任务"),)

    def ready(self) -> None:
        post_migrate.connect(_note_changes, sender=self)


def _note_changes(using: str, **kwargs: Any) -> None:
    from apps.coverage import triggers

    if security.is_owners(using):
        triggers.install(using)
