from django.apps import AppConfig

from apps.core.navigation import Entry


class JobsConfig(AppConfig):
    """Work that takes longer than a second: its progress, its result, its owner (design: jobs)."""

    name = "apps.jobs"
    verbose_name = "后台任务"
    navigation = (Entry("后台任务", "jobs:list", "clock", None),)
