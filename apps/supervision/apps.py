from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """What every county issues, sets up and carries out to supervise the work (circular §3.2.4)."""

    name = "apps.supervision"
    verbose_name = "督导"
