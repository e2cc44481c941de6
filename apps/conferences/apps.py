from django.apps import AppConfig

from apps.core.navigation import Entry


class ConferencesConfig(AppConfig):
    """The joint conference of League, education and social development: members, meetings, decisions (circular §5.2)."""

    name = "apps.conferences"
    verbose_name = "联席会议"
    navigation = (Entry("联席会议", "conferences:list", "meeting", "conferences.view", "重点任务"),)
