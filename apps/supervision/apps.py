from django.apps import AppConfig

from apps.core.navigation import Entry
from apps.years.registry import Yearly


class SupervisionConfig(AppConfig):
    """What every county issues, sets up and carries out to supervise the work (circular §3.2.4)."""

    name = "apps.supervision"
    verbose_name = "督导"
    navigation = (Entry("督导", "supervision:list", "eye", "supervision.view", "重点任务"),)
    yearly = Yearly(
        "supervision", "督导情况", "supervision.SupervisionReport", due=(12, 20), note="《意见》没有规定时间，默认 12 月 20 日。"
    )
