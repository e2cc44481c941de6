from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """The tree, its places, schools and units, and the roles held in it."""

    name = "apps.organizations"
    verbose_name = "组织"
