from django.apps import AppConfig


class ConferencesConfig(AppConfig):
    """The joint conference of League, education and social development: members, meetings, decisions (circular §5.2)."""

    name = "apps.conferences"
    verbose_name = "联席会议"
