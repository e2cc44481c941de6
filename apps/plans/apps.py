from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Work plans that every reporting unit sends to the city office by 10 April (circular §5.2)."""

    name = "apps.plans"
    verbose_name = "工作方案"
