from django.apps import AppConfig


class CoverageConfig(AppConfig):
    """Coverage: indicators, targets, eligible lists, figures and the dashboards that read them (circular §3.2)."""

    name = "apps.coverage"
    verbose_name = "覆盖情况"
