from django.apps import AppConfig

from apps.core.navigation import Entry


class SupervisionConfig(AppConfig):
    """What every county issues, sets up and carries out to supervise the work (circular §3.2.4)."""

    name = "apps.supervision"
    verbose_name = "督导"
    navigation = (Entry("督导", "supervision:list", "eye", "supervision.view", "重点任务"),)
