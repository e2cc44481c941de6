from datetime import datetime
from typing import Any, Self

from django.utils import timezone

from apps.jobs.enums import OPEN, State
from apps.organizations.grants import worn_by
from apps.organizations.querysets import TenantQuerySet


class JobQuerySet(TenantQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, of the role that is worn: what a job found belongs to that role, and is gone with it."""
        return self.filter(owner_id=user.pk, hat__in=[hat.pk for hat in worn_by(user)])

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def expired(self) -> Self:
        """Whose file is kept no longer."""
        return self.filter(state=State.DONE, expires_at__lte=timezone.now()).exclude(file="")

    def not_heard_of_since(self, moment: datetime) -> Self:
        """Open, but its message or its worker may be lost."""
        return self.open().filter(heard_at__lt=moment)
