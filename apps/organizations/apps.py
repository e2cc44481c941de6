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
        # Who holds a role is written only where the role is held.
        held = "organizations_roleholding h JOIN organizations_organization o ON o.id = h.organization_id"
        here = f"(o.county_id = ANY ({security.COUNTIES}) OR o.id = ANY ({security.ORGANIZATIONS}))"
        security.bound("accounts_user_groups", f"EXISTS (SELECT FROM {held} WHERE h.group_id = accounts_user_groups.group_id AND {here})")


def _sync_roles(using: str, **kwargs: Any) -> None:
    from apps.organizations.services import roles

    if security.is_owners(using):
        roles.sync(using=using)
