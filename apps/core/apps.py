from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from apps.core import security


class CoreConfig(AppConfig):
    """Scope, lifecycle, security and components: the floor everything stands on."""

    name = "apps.core"
    verbose_name = "基础"

    def ready(self) -> None:
        from apps.core import forms

        forms.speak()
        post_migrate.connect(_secure, sender=self)


def _secure(using: str, **kwargs: Any) -> None:
    from apps.core.lifecycle import locks

    if security.is_owners(using):
        security.apply(using)
        locks.apply(using)
