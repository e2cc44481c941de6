from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from apps.core import security
from apps.core.navigation import Entry


class OrganizationsConfig(AppConfig):
    """The tree, its places, schools and units, and the roles held in it."""

    name = "apps.organizations"
    verbose_name = "组织"
    navigation = (Entry("组织", "organizations:list", "tree", "organizations.view", "基层组织"),)

    def ready(self) -> None:
        post_migrate.connect(_sync_roles, sender=self)


def _sync_roles(using: str, **kwargs: Any) -> None:
    from apps.organizations.services import roles

    if security.is_owners(using):
        roles.sync(using=using)
