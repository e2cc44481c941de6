from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from apps.core import security
from apps.core.navigation import Entry


class YearsConfig(AppConfig):
    """The reporting year as the city sets it: what is reported when and by whom; extensions, closing, corrections (circular §3, §5.2)."""

    name = "apps.years"
    verbose_name = "年度"
    navigation = (Entry("年度", "years:list", "clock", "years.view", "重点任务"),)

    def ready(self) -> None:
        post_migrate.connect(_freeze, sender=self)


def _freeze(using: str, **kwargs: Any) -> None:
    from apps.years import triggers

    if security.is_owners(using):
        triggers.install(using)
