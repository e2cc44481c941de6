from django.apps import AppConfig

from apps.core.navigation import Entry


class PeopleConfig(AppConfig):
    """The people who serve at an organization: their accounts, how to reach them, and the roles they are given."""

    name = "apps.people"
    verbose_name = "人员账号"
    navigation = (Entry("人员账号", "people:list", "user", "people.view", "基层组织"),)
