from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people who serve at an organization: their accounts, how to reach them, and the roles they are given."""

    name = "apps.people"
    verbose_name = "人员账号"
