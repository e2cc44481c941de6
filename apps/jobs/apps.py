from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work that takes longer than a second: its progress, its result, its owner (design: jobs)."""

    name = "apps.jobs"
    verbose_name = "任务"
