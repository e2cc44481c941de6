from django.apps import AppConfig

from apps.core.navigation import Entry


class DeskConfig(AppConfig):
    """The workbench: what waits for me."""

    name = "apps.desk"
    verbose_name = "工作台"
    navigation = (Entry("工作台", "desk:desk", "home", None),)
