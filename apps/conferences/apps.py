from django.apps import AppConfig

from apps.core.navigation import Entry
from apps.plans.suggestions import Suggestion


class ConferencesConfig(AppConfig):
    """The joint conference of League, education and social development: members, meetings, decisions (circular §5.2)."""

    name = "apps.conferences"
    verbose_name = "联席会议"
    suggestions = (Suggestion("safeguards", "登记的联席会议", "apps.conferences.selectors.safeguards"),)
    navigation = (Entry("联席会议", "conferences:list", "meeting", "conferences.view", "重点任务"),)

    def ready(self) -> None:
        from apps.conferences.services.decisions import on_step
        from apps.core.lifecycle import steps

        steps.listen(on_step)
