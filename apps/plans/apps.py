from django.apps import AppConfig

from apps.core.navigation import Entry


class PlansConfig(AppConfig):
    """Work plans that every reporting unit sends to the city office by 10 April (circular §5.2)."""

    name = "apps.plans"
    verbose_name = "工作方案"
    navigation = (Entry("工作方案", "plans:list", "file", "plans.view", "重点任务"),)
