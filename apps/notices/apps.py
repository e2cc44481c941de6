from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What the portal tells people: their inbox, e-mail and group robots, and what reminds them of a due day (circular §5.3)."""

    name = "apps.notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from apps.core.lifecycle import steps
        from apps.notices.services.steps import tell_step

        steps.listen(tell_step)
