from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The workbench: what waits for me."""

    name = "apps.desk"
    verbose_name = "工作台"
