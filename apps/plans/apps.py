from django.apps import AppConfig

from apps.core.navigation import Entry
from apps.years.registry import Yearly


class PlansConfig(AppConfig):
    """Work plans that every reporting unit sends to the city office by 10 April (circular §5.2)."""

    name = "apps.plans"
    verbose_name = "工作方案"
    navigation = (Entry("工作方案", "plans:list", "file", "plans.view", "重点任务"),)
    yearly = Yearly(
        "plans",
        "工作方案",
        "plans.Plan",
        due=(4, 10),
        note="《意见》规定 4 月 10 日前报送。",
        lay_out="apps.plans.services.lay_out",
        template="plans:template",
    )
