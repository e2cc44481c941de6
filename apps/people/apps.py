from django.apps import AppConfig

from apps.core import security
from apps.core.navigation import Entry


class PeopleConfig(AppConfig):
    """The people who serve at an organization: their accounts, how to reach them, and the roles they are given."""

    name = "apps.people"
    verbose_name = "人员账号"
    navigation = (Entry("人员账号", "people:list", "user", "people.view", "基层组织"),)

    def ready(self) -> None:
        # An account is changed by its owner and by who keeps it: the organization of its contact, which is a tenant's row.
        mine = "SELECT FROM people_contact c WHERE c.user_id = accounts_user.id"
        security.bound("accounts_user", f"id = {security.USER} OR EXISTS ({mine})", everybody_adds=True)
