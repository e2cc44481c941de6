from django.apps import AppConfig

from apps.core.navigation import Entry


class OrganizationsConfig(AppConfig):
    """The tree, its places, schools and units, and the roles held in it."""

    name = "apps.organizations"
    verbose_name = "组织"
    navigation = (Entry("组织", "organizations:list", "tree", "organizations.view", "基层组织"),)
