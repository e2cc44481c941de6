from datetime import date
from typing import Self

from django.db.models import Q

from apps.organizations.querysets import TenantQuerySet


class CounselorQuerySet(TenantQuerySet):
    def serving_on(self, day: date) -> Self:
        """Those who are counselors on a day."""
        return self.filter(since__lte=day).filter(Q(until__isnull=True) | Q(until__gt=day))

    def left_by(self, day: date) -> Self:
        return self.filter(until__lte=day)

    def trained(self) -> Self:
        """Those who have a training certificate."""
        return self.exclude(certificate_number="")

    def untrained(self) -> Self:
        return self.filter(certificate_number="")
