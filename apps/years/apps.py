from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.urls import register_converter

from apps.core import security
from apps.core.navigation import Entry


class YearConverter:
    """A year the circular can be about."""

    regex = "20(?:1[2-9]|[2-9][0-9])"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class YearsConfig(AppConfig):
    """The reporting year as the city sets it: what is reported when and by whom; extensions, closing, corrections (circular §3, §5.2)."""

    name = "apps.years"
    verbose_name = "年度"
    navigation = (Entry("年度", "years:list", "clock", "years.view", "重点任务"),)

    def ready(self) -> None:
        register_converter(YearConverter, "year")
        post_migrate.connect(_freeze, sender=self)


def _freeze(using: str, **kwargs: Any) -> None:
    from apps.years import triggers

    if security.is_owners(using):
        triggers.install(using)
