from django.apps import AppConfig

from apps.core.navigation import Entry


class RoomsConfig(AppConfig):
    """Activity rooms of schools, checked against a dated checklist (circular §3.2.3)."""

    name = "apps.rooms"
    verbose_name = "队室"
    navigation = (Entry("队室", "rooms:list", "school", "rooms.view", "重点任务"),)
