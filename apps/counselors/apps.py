from django.apps import AppConfig

from apps.core.navigation import Entry


class CounselorsConfig(AppConfig):
    """Counselors of town and country schools who learn from each other (circular §3.2.2, §4.3)."""

    name = "apps.counselors"
    verbose_name = "辅导员交流"
    navigation = (Entry("辅导员交流", "counselors:list", "people", "counselors.view", "重点任务"),)
