from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What the portal tells people: their inbox, e-mail and group robots, and what reminds them of a due day (circular §5.3)."""

    name = "apps.notices"
    verbose_name = "通知"
