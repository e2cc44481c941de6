from django.apps import AppConfig


class RoomsConfig(AppConfig):
    """Activity rooms of schools, checked against a dated checklist (circular §3.2.3)."""

    name = "apps.rooms"
    verbose_name = "队室"
